/* leadboard's visit recorder. Does nothing until the visitor agrees: leadboard('consent', true).
   Keeps one signed id in this site's own storage, sets no cookie, loads nothing, never reads what is typed. */
(function (w, d) {
  'use strict';
  var tag = d.currentScript, KEY = 'leadboard', FIELD = 'leadboard_visitor', HOUR = 3600000, nav = w.navigator;
  if (!tag || w[KEY] && w[KEY].on) return;
  var door = new URL('/track/', tag.src).href, kept = load(), on = false, asked = false, link = '';
  var queue = [], page = '', path = '', looked = 0, since = 0, deep = 0;

  function load() { try { return JSON.parse(localStorage.getItem(KEY)) || {}; } catch (e) { return {}; } }
  function save() { try { localStorage.setItem(KEY, JSON.stringify(kept)); } catch (e) {} }
  function objects() { return nav.globalPrivacyControl || nav.doNotTrack === '1'; }
  function host(url) { try { return new URL(url).host; } catch (e) { return ''; } }
  function post(body) { return fetch(door, { method: 'POST', body: body, keepalive: true, mode: 'cors', credentials: 'omit' }); }

  /* What cannot be sent waits for the line, or for the next page. */
  function wait(events) {
    queue = events.concat(queue).slice(-50);
    kept.q = queue;
    save();
  }

  /* A page's first delivery waits for the answer, which brings the id. */
  function send(leaving) {
    if (!on || !queue.length || (asked === 'yet' && !leaving)) return;
    if (nav.onLine === false) { wait([]); return; }
    var events = queue.splice(0, 50), now = Date.now();
    if (kept.q) { delete kept.q; save(); }
    function body() {
      return JSON.stringify({
        consent: true, visitor: kept.v, link: link || undefined,
        events: events.map(function (e) { return Object.assign({}, e, { age: Math.min(HOUR, Math.max(0, now - e.age)) / 1000 }); })
      });
    }
    if (leaving || asked) {
      if (!nav.sendBeacon || !nav.sendBeacon(door, body())) post(body()).catch(function () { wait(events); });
      return;
    }
    asked = 'yet';
    function first() {
      kept.v = kept.v || load().v;
      return post(body()).then(function (answer) {
        if (answer.status >= 500) { asked = false; wait(events); setTimeout(send, 30000); return 'later'; }
        if (answer.status !== 202) {
          asked = false;
          if (/401|410/.test(answer.status) && kept.v) { delete kept.v; save(); queue = events.concat(queue); }
          else link = '';
          return;
        }
        /* Only the id ends the wait: a view between the answer's head and its body would be another visitor's. */
        return answer.json().then(function (said) {
          asked = on;
          link = '';
          if (on) { kept.v = said.visitor; save(); mark(); }
        });
      }).catch(function () { asked = false; wait(events); return 'later'; });
    }
    /* Two tabs are one visitor: the second waits for the id of the first. */
    (kept.v || !nav.locks ? first() : nav.locks.request(KEY, first)).then(function (said) { if (said !== 'later') send(); });
  }

  function put(kind, more) {
    queue.push(Object.assign({ kind: kind, page: page, age: Date.now() }, more));
  }

  function where() {
    var inside = /^#!?(\/[^?#]*)/.exec(location.hash);
    return (inside ? location.pathname.replace(/\/$/, '') + inside[1] : location.pathname).slice(0, 1000);
  }

  function view(referrer) {
    var utm = {}, click;
    new URLSearchParams(location.search + '&' + location.hash.replace(/^#[^?]*\?|^#/, '')).forEach(function (value, name) {
      var mark = /^utm_(source|medium|campaign|term|content)$/i.exec(name);
      if (mark && value) utm[mark[1].toLowerCase()] = value.slice(0, 200);
      if (value && /^((g|d|y|fb|tt|tw)cl|msclk|[gw]bra|li_fat_|(rdt_|sc|mc_)c)id$|^epik$/i.test(name)) click = name.toLowerCase();
    });
    page = Math.random().toString(36).slice(2, 12);
    path = where();
    looked = deep = 0;
    since = d.hidden ? 0 : Date.now();
    put('view', {
      path: path, title: d.title.slice(0, 300), hour: new Date().getHours(), utm: utm, click_id: click,
      referrer: /^https?:/.test(referrer) && host(referrer) !== location.host ? referrer.slice(0, 2000) : undefined
    });
    send();
  }

  function scrolled() {
    var all = d.documentElement.scrollHeight;
    if (all) deep = Math.max(deep, Math.min(100, Math.round((w.scrollY + w.innerHeight) / all * 100)));
  }

  function leave() {
    if (!on || !page) return;
    if (since) looked += Date.now() - since;
    since = 0;
    scrolled();
    if (looked >= 500) put('left', { seconds: Math.min(14400, Math.round(looked / 1000)), depth: deep });
  }

  function mark() {
    var token = on && kept.v || '';
    d.querySelectorAll('form').forEach(function (form) {
      var field = form.elements[FIELD];
      if (!field && token && form.hasAttribute('data-leadboard-form')) {
        field = d.createElement('input');
        field.type = 'hidden';
        field.name = FIELD;
        form.appendChild(field);
      }
      if (field) field.value = token;
    });
  }

  function begin() {
    if (on || objects()) return;
    if (d.prerendering) { d.addEventListener('prerenderingchange', begin, { once: true }); return; }
    on = true;
    queue = (kept.q || []).filter(function (e) { return Date.now() - e.age < HOUR; });
    var address = new URL(location.href);
    link = address.searchParams.get('lb') || '';
    if (link) {
      address.searchParams.delete('lb');
      history.replaceState(history.state, '', address);
    }
    mark();
    view(d.referrer);
  }

  function end() {
    on = asked = false;
    queue = [];
    mark();
  }

  /* A "no" is sent until it was heard. */
  function forget() {
    if (kept.no) post(JSON.stringify({ consent: false, visitor: kept.no })).then(function (answer) {
      if (answer.status < 500) { delete kept.no; save(); }
    }).catch(function () {});
  }

  function consent(yes) {
    kept.c = !!yes;
    if (yes) { save(); begin(); return; }
    kept.no = kept.v || kept.no;
    delete kept.v;
    delete kept.q;
    save();
    end();
    forget();
  }

  function api(name, value) {
    if (name === 'consent') consent(value);
    else if (name === 'download' && on) { put('download', { page: '', path: String(value).slice(0, 1000) }); send(); }
    else if (name === 'visitor') value(on && kept.v || null);
  }

  function moved() { if (on && path && where() !== path) { leave(); view(''); } }

  var before = (w[KEY] || {}).q || [];
  ['pushState', 'replaceState'].forEach(function (name) {
    var own = history[name];
    history[name] = function () { own.apply(history, arguments); moved(); };
  });
  w.addEventListener('popstate', moved);
  w.addEventListener('hashchange', moved);
  w.addEventListener('scroll', scrolled, { passive: true });
  w.addEventListener('pageshow', function (e) { if (on && e.persisted) view(''); });
  w.addEventListener('pagehide', function () { leave(); send(true); });
  w.addEventListener('online', function () { forget(); send(); });
  w.addEventListener('storage', function (e) {
    if (e.key !== KEY) return;
    kept = load();
    if (on && !kept.c && tag.dataset.consent !== 'given' || kept.c === false) end();
    else if (kept.c) { begin(); mark(); }
  });
  d.addEventListener('visibilitychange', function () {
    if (d.hidden) { leave(); send(true); } else if (on) since = Date.now();
  });
  d.addEventListener('click', function (e) {
    var a = e.target.closest && e.target.closest('a[download], a[data-leadboard-download]');
    if (a) api('download', a.pathname);
  }, true);
  d.addEventListener('DOMContentLoaded', mark);
  d.addEventListener('formdata', function (e) {
    if (on && kept.v && e.target.hasAttribute('data-leadboard-form')) e.formData.set(FIELD, kept.v);
  });

  w[KEY] = api;
  api.on = true;
  forget();
  if (kept.c || tag.dataset.consent === 'given' && kept.c !== false) begin();
  for (var i = 0; i < before.length; i++) api.apply(null, before[i]);
})(window, document);
