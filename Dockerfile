# One image for web, jobs and clocks; PostgreSQL runs beside it (compose.yaml).
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 OMP_NUM_THREADS=1 \
    DJANGO_SETTINGS_MODULE=leadboard.settings LEADBOARD_DATA=/data LEADBOARD_HOST=0.0.0.0

WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY manage.py ./
COPY leadboard leadboard
COPY qualification qualification
COPY handoff handoff
COPY templates templates
COPY static static

RUN useradd --system --uid 10001 leadboard && mkdir /data && chown leadboard /data
USER leadboard
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --start-period=60s CMD \
    ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health/live', timeout=5)"]
CMD ["python", "-m", "leadboard.web", "--host", "0.0.0.0", "--port", "8000"]
