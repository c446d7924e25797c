/* leadboard's visit recorder. Does nothing until the visitor agrees: leadboard('consent', true).
   Keeps one signed id in this site's own storage, sets no cookie, loads nothing, never reads what is typed. */
(function (w, d) {
  'use strict';
  var tag = d.currentScript, KEY = 'leadboard', FIELD = 'leadboard_visitor';
  if (!tag || w[KEY] && w[KEY].on) return;
  var door = new URL('/track/', tag.src).href, kept = load(), on = false, asked = false, link = '';
  var queue = [], page = '', looked = 0, since = 0;

  function load() { try { return JSON.parse(localStorage.getItem(KEY)) || {}; } catch (e) { return {}; } }
  function save() { try { localStorage.setItem(KEY, JSON.stringify(kept)); } catch (e) { /* not kept, then */ } }
  function objects() { return w.navigator.globalPrivacyControl || w.navigator.doNotTrack === '1'; }
  function host(url) { try { return new URL(url).host; } catch (e) { return ''; } }

  /* The first delivery of a page waits for the answer, which brings the id; all others need none. */
  function send(leaving) {
    if (!on || !queue.length || (asked === 'yet' && !leaving)) return;
    var events = queue.splice(0, 50), now = Date.now();
    var body = JSON.stringify({
      consent: true, visitor: kept.v, link: link || undefined,
      events: events.map(function (e) { e.age = Math.max(0, (now - e.age) / 1000); return e; })
    });
    if (leaving || asked) {
      if (!w.navigator.sendBeacon(door, body)) fetch(door, { method: 'POST', body: body, keepalive: true, mode: 'cors', credentials: 'omit' }).catch(function () {});
      return;
    }
    asked = 'yet';
    fetch(door, { method: 'POST', body: body, keepalive: true, mode: 'cors', credentials: 'omit' }).then(function (answer) {
      asked = true;
      if ((answer.status === 401 || answer.status === 410) && kept.v) {
        delete kept.v; save(); asked = false;
        events.forEach(function (e) { e.age = now - e.age * 1000; });
        queue = events.concat(queue);
        return;
      }
      link = '';
      return answer.status === 202 && answer.json().then(function (said) { if (on) { kept.v = said.visitor; save(); mark(); } });
    }).catch(function () { asked = true; }).then(function () { send(); });
  }

  function put(kind, more) {
    queue.push(Object.assign({ kind: kind, page: page, age: Date.now() }, more));
  }

  function view(referrer) {
    var query = new URLSearchParams(location.search), utm = {}, click;
    ['source', 'medium', 'campaign', 'term', 'content'].forEach(function (name) {
      var value = query.get('utm_' + name);
      if (value) utm[name] = value.slice(0, 200);
    });
    ['gclid', 'gbraid', 'wbraid', 'msclkid', 'fbclid', 'li_fat_id', 'ttclid', 'twclid'].forEach(function (name) { if (query.get(name)) click = name; });
    page = Math.random().toString(36).slice(2, 12);
    looked = 0;
    since = d.hidden ? 0 : Date.now();
    put('view', {
      path: location.pathname.slice(0, 1000), title: d.title.slice(0, 300), hour: new Date().getHours(), utm: utm, click_id: click,
      referrer: /^https?:/.test(referrer) && host(referrer) !== location.host ? referrer.slice(0, 2000) : undefined
    });
    send();
  }

  /* Only the time counts in which the page could be seen. */
  function leave() {
    if (!on || !page) return;
    if (since) looked += Date.now() - since;
    since = 0;
    if (looked >= 500) put('left', { seconds: Math.round(looked / 1000) });
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
    on = true;
    var address = new URL(location.href);
    link = address.searchParams.get('lb') || '';
    if (link) {
      address.searchParams.delete('lb');
      history.replaceState(history.state, '', address);
    }
    mark();
    view(d.referrer);
  }

  function consent(yes) {
    kept.c = !!yes;
    if (yes) { save(); begin(); return; }
    if (kept.v) w.navigator.sendBeacon(door, JSON.stringify({ consent: false, visitor: kept.v }));
    delete kept.v;
    save();
    on = asked = false;
    queue = [];
    mark();
  }

  function api(name, value) {
    if (name === 'consent') consent(value);
    else if (name === 'download' && on) { put('download', { page: '', path: String(value).slice(0, 1000) }); send(); }
    else if (name === 'visitor') value(on && kept.v || null);
  }

  var push = history.pushState, before = (w[KEY] || {}).q || [];
  history.pushState = function () {
    var from = location.pathname;
    push.apply(history, arguments);
    if (on && location.pathname !== from) { leave(); view(''); }
  };
  w.addEventListener('popstate', function () { if (on) { leave(); view(''); } });
  w.addEventListener('pageshow', function (e) { if (on && e.persisted) view(''); });
  w.addEventListener('pagehide', function () { leave(); send(true); });
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
  if (kept.c || tag.dataset.consent === 'given' && kept.c !== false) begin();
  for (var i = 0; i < before.length; i++) api.apply(null, before[i]);
})(window, document);
