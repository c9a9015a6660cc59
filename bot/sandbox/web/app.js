/**
 * The sandbox's page. All state is on the server (`/api/world`, announced by `/api/events`); here live only who one is,
 * where one looks, the theme and the width, kept in localStorage.
 *
 * Tests find things by `data-testid`, which stay as they are:
 *   person-switch (its buttons: person, with data-person="olga"…), unread (a badge, inside a person or a place),
 *   place (rail buttons, data-place="backend" | "team" | "slack" | "ops" | "chat"), thread (data-root), message (data-message,
 *   data-author), card, composer, send, composer-mention, composer-picture, picture, picture-remove, reply, reply-send, edit, edit-text, edit-save, delete,
 *   undelete, older, like, raise, toast, dialog, dialog-close, notification-list (its items: notification, data-person), clock,
 *   clock-plus-1, clock-plus-5, clock-plus-60, clock-next-opening, clock-monday-14, clock-monday-17, clock-wednesday-9,
 *   clock-real, theme, phone, bell,
 *   log-toggle, log, play, play-skip, play-stop, caption, problems, installed, consent, welcome, welcome-try.
 * The root element has data-theme, data-as and data-here (the place's key). In cards, Action.OpenUrl has the role link,
 * every other action the role button.
 */
import { avatar, h, icon, iconButton, keyed, say } from './dom.js';
import { card, ready } from './cards.js';
import { showLog } from './log.js';
import { composer, threads } from './thread.js';
import { welcome } from './welcome.js';

const find = (id) => document.getElementById(id);
const kept = JSON.parse(localStorage.getItem('sandbox') ?? '{}');
const dark = matchMedia('(prefers-color-scheme: dark)').matches;
const local = { as: 'olga', place: 'backend', theme: dark ? 'dark' : 'light', phone: false, welcome: true, log: false, bell: false, ...kept };
let world = null;
let received = 0;
let lastNotice = null;
let lastScene = '';
let toEnd = false;

const page = {
  editing: null,
  all: false,
  get as() { return page.who(local.as); },
  get theme() { return local.theme; },
  now: () => new Date(world.now).getTime() + (performance.now() - received),
  who(key) {
    if (key === 'bot') return { ...world.bot, bot: true };
    const index = world.people.findIndex((one) => one.key === key);
    return { ...world.people[index], tone: index };
  },
  places: () => [
    ...world.channels.filter((one) => one.key !== 'team' || page.as.backend).map((one) => ({ ...one, kind: 'channel', icon: one.key === 'team' ? 'team' : 'channel' })),
    ...world.slack.filter(() => page.as.backend).map((one) => ({ ...one, name: 'Slack', kind: 'slack', icon: 'channel' })),
    ...world.chats.filter((one) => one.members.includes(local.as)).map((one) => ({ ...one, kind: 'group', icon: 'team' })),
    { key: 'chat', id: page.as.chat, name: 'Hotseat', about: `${page.as.name}\u2019s own chat with the bot.`, kind: 'chat', icon: 'chat' },
  ],
  place: () => page.places().find((one) => one.key === local.place) ?? page.places()[0],
  messages: () => world.messages.filter((one) => one.conversation === page.place().id && one.readers.includes(local.as)),
  edit(id) { page.editing = id; render(); },
  showAll() { page.all = true; render(); },
  refuse: (words) => toast(words, { failed: true }),
  act: (name, body) => call(`/api/act/${name}`, { as: local.as, ...body }),
  follow: (url) => follow(url),
  async raise(message) {
    const outcome = await page.act('choose', { message: message.id });
    if (outcome?.dialog) openDialog(message.id, outcome.dialog, 'choose');
  },
  async press(message, action, frame) {
    if (action.type === 'Action.OpenUrl') { follow(action.url); return; }
    frame.classList.add('busy');
    const outcome = await page.act('press', { message: message.id, action });
    frame.classList.remove('busy');
    if (outcome?.dialog) openDialog(message.id, outcome.dialog);
  },
};

async function call(path, body) {
  const answer = await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }).catch(() => null);
  const outcome = answer ? await answer.json().catch(() => ({ error: `The sandbox answered ${answer.status}.` })) : { error: 'The sandbox does not answer. Is it running?' };
  const words = outcome.error ?? outcome.toast;
  if (words) toast(words, { failed: Boolean(outcome.error || outcome.failed) });
  return outcome;
}

function keep(changes) {
  Object.assign(local, changes);
  localStorage.setItem('sandbox', JSON.stringify(local));
  render();
}

function go(changes) {
  page.editing = null;
  page.all = false;
  keep(changes);
  if (page.place().kind === 'chat') page.act('open', {});
  find('scroll').scrollTop = find('scroll').scrollHeight;
}

/** Open a link: one to a Teams message opens that thread here, any other in a new tab. */
function follow(url) {
  const link = /^https:\/\/teams\.microsoft\.com\/l\/message\/([^/]+)\/(\d+)/.exec(url);
  if (!link) {
    if (/^https?:/i.test(url)) window.open(url, '_blank', 'noopener,noreferrer');
    return;
  }
  const target = page.places().find((one) => one.id === decodeURIComponent(link[1]));
  if (!target) { toast(`${page.as.name} cannot open that conversation.`, { failed: true }); return; }
  go({ place: target.key });
  show(link[2]);
}

function show(id) {
  const drawn = () => document.querySelector(`[data-message="${CSS.escape(id)}"]`);
  if (!drawn()) page.showAll();
  const element = drawn();
  if (!element) return;
  element.scrollIntoView({ block: 'center' });
  element.classList.add('flash');
  setTimeout(() => element.classList.remove('flash'), 2000);
}

function toast(text, { failed = false, onclick, who } = {}) {
  const box = h(onclick ? 'button' : 'div', { class: `toast${failed ? ' failed' : ''}${who ? ' rung' : ''}`, 'data-testid': 'toast', type: onclick ? 'button' : null, onclick: onclick && (() => { box.remove(); onclick(); }) },
    who ? avatar(who, 'small') : null, h('span', {}, text));
  find('toasts').append(box);
  while (find('toasts').childElementCount > 4) find('toasts').firstElementChild.remove();
  setTimeout(() => box.remove(), 6000);
}

/** Open a dialog, or its next step; `act` is what sends its form. */
function openDialog(message, form, act = 'submit') {
  const box = find('dialog');
  const send = async (action, frame) => {
    if (action.type === 'Action.OpenUrl') { follow(action.url); return; }
    frame.classList.add('busy');
    const data = action.verb ? { ...action.data, verb: action.data.verb ?? action.verb } : action.data;
    const outcome = await page.act(act, { message, data });
    frame.classList.remove('busy');
    if (outcome?.dialog) openDialog(message, outcome.dialog, act);
    else if (!outcome?.error && !outcome?.failed) box.close();
  };
  box.replaceChildren(
    h('div', { class: 'dialog-head' }, avatar({ bot: true }, 'small'), h('h2', { id: 'dialog-title' }, form.title), iconButton('close', 'Close', () => box.close(), { testid: 'dialog-close' })),
    form.card ? card(form.card, local.theme, send) : h('p', {}, 'This dialog has no card.'),
  );
  box.className = typeof form.width === 'string' ? form.width : 'medium';
  if (!box.open) box.showModal();
  const first = box.querySelector('input, textarea, select');
  first?.focus();
  if (first?.tagName === 'TEXTAREA') { first.setSelectionRange(0, 0); first.scrollTop = 0; }
}

function renderBar() {
  const tick = () => { find('clock').textContent = `${say(page.now(), 'day')}, ${say(page.now())}`; };
  tick();
  const steps = [['plus-1', '+1 min', { add: 60 }], ['plus-5', '+5 min', { add: 300 }], ['plus-60', '+1 h', { add: 3600 }],
    ['next-opening', 'Next working day', { to: 'next-opening' }], ['monday-14', 'Mon 14:00', { to: 'monday-14' }], ['monday-17', 'Mon 17:00', { to: 'monday-17' }],
    ['wednesday-9', 'Wed 09:00', { to: 'wednesday-9' }], ['real', 'Real time', { to: 'real' }]];
  keyed(find('clock-steps'), steps, (one) => one[0], (one) => one[0] === 'real' && world.moved !== 0, ([name, text, body]) => h('button', {
    type: 'button', class: 'button chip', 'data-testid': `clock-${name}`, data: { focus: `clock-${name}` }, disabled: name === 'real' && world.moved === 0, onclick: () => call('/api/clock', body),
  }, text));
  const running = world.story.running;
  const tools = [
    ['play', 'Play a day', running ? 'stop' : 'play', () => call('/api/play', { do: running ? 'stop' : 'start' }), undefined],
    ['bell', 'Notifications', 'bell', () => keep({ bell: !local.bell }), local.bell],
    ['phone', 'Phone width', 'phone', () => keep({ phone: !local.phone }), local.phone],
    ['theme', 'Light or dark', 'theme', () => keep({ theme: local.theme === 'dark' ? 'light' : 'dark' }), local.theme === 'dark'],
    ['log-toggle', 'What went over the wire', 'log', () => keep({ log: !local.log }), local.log],
  ];
  keyed(find('tools'), tools, (one) => one[0], (one) => `${one[2]}${one[4]}`, ([name, label, glyph, onclick, pressed]) => {
    const text = name === 'play' ? (running ? 'Stop' : 'Play a day') : null;
    const button = iconButton(glyph, text ?? label, onclick, { testid: name, pressed, text, kind: name === 'play' ? 'primary' : 'ghost' });
    button.dataset.focus = name;
    return button;
  });
}

function badge(count) {
  return count ? h('span', { class: 'badge', 'data-testid': 'unread', 'aria-label': `${count} unread` }, count > 99 ? '99+' : String(count)) : null;
}

function renderCast() {
  const person = (one, [first, family]) => h('button', {
    type: 'button', class: 'person', 'data-testid': 'person', data: { person: one.key, focus: `person-${one.key}` }, 'aria-pressed': String(one.key === local.as),
    title: `${one.about}${one.rung ? ` \u2013 ${one.rung} unread notifications` : ''}`, onclick: () => go({ as: one.key, place: one.backend || !['team', 'slack'].includes(local.place) ? local.place : 'backend' }),
  }, h('span', { class: 'face' }, avatar(page.who(one.key)), badge(one.rung)), h('span', { class: 'who' }, h('span', { class: 'name' }, first, h('span', { class: 'family' }, ` ${family}`)), h('span', { class: 'role' }, one.role)));
  keyed(find('cast'), world.people, (one) => one.key, (one) => `${one.rung} ${one.key === local.as} ${one.installed} ${one.role}`, (one) => person(one, one.name.split(' ')));
}

function renderRail() {
  keyed(find('rail'), page.places(), (one) => one.id, (one) => `${one.key === page.place().key} ${page.as.unread[one.id] ?? 0}`, (one) => h('button', {
    type: 'button', class: 'room', 'data-testid': 'place', data: { place: one.key, focus: `place-${one.key}` }, 'aria-current': one.key === page.place().key ? 'page' : null, onclick: () => go({ place: one.key }),
  }, icon(one.icon), h('span', { class: 'name' }, one.name), badge(page.as.unread[one.id])));
  const first = page.as.name.split(' ')[0];
  const switches = [
    ['installed', `App installed for ${first}`, page.as.installed, 'Off: the bot cannot write to them personally.', (on) => call('/api/install', { person: local.as, installed: on })],
    ['consent', 'Bot hears every post', world.consent, 'The team\u2019s consent. Off: it hears only what mentions it.', (on) => call('/api/consent', { on })],
  ];
  keyed(find('switches'), switches, (one) => one[0], (one) => `${one[1]}${one[2]}`, ([name, text, on, hint, change]) => h('label', { class: 'switch', title: hint },
    h('input', { type: 'checkbox', role: 'switch', checked: on, 'data-testid': name, data: { focus: name }, onchange: (event) => change(event.target.checked) }), h('span', {}, text)));
}

const rooms = () => [...world.channels, ...world.slack, ...world.chats];

const KINDS = { personal: 'message from', mention: 'mentioned by', reply: 'reply by' };

function renderNotices() {
  const open = (one) => () => {
    const channel = rooms().find((item) => item.id === one.conversation);
    go({ as: one.person, place: channel ? channel.key : 'chat', bell: false });
    show(one.message);
  };
  const where = (one) => rooms().find((item) => item.id === one.conversation)?.name;
  const said = (one) => `${KINDS[one.kind]} ${page.who(one.sender).name}${where(one) ? ` in ${where(one)}` : ''}`;
  const list = [...world.notices].reverse();
  keyed(find('notices'), list, (one) => one.id, () => '', (one) => h('li', { class: lastNotice !== null ? 'fresh' : null }, h('button', {
    type: 'button', class: 'notice', 'data-testid': 'notification', data: { person: one.person, kind: one.kind }, onclick: open(one),
  }, avatar(page.who(one.person), 'small'), h('span', {}, h('span', { class: 'line' }, h('strong', {}, page.who(one.person).name), h('time', { class: 'quiet' }, say(one.at))),
    h('span', { class: 'quiet line' }, said(one)), h('span', { class: 'line' }, one.preview || 'a card')))));
  if (!list.length && !find('notices').childElementCount) find('notices').append(h('li', { class: 'quiet small empty' }, 'Nothing yet. Post something as Olga.'));
  const newest = world.notices.at(-1)?.id ?? 0;
  if (lastNotice !== null) {
    for (const one of world.notices.filter((item) => item.id > lastNotice).slice(-3)) {
      if (one.person !== local.as || one.conversation !== page.place().id) toast(`${page.who(one.person).name}: ${said(one)}. ${one.preview}`, { who: page.who(one.person), onclick: open(one) });
    }
  }
  lastNotice = newest;
}

function renderStory() {
  const { running, caption, step, steps, act_as: actAs, place } = world.story;
  const scene = `${running} ${step} ${caption}`;
  if (scene === lastScene) return;
  lastScene = scene;
  find('caption').hidden = !running;
  find('caption').replaceChildren(
    h('span', { class: 'count' }, `${step} of ${steps}`), h('p', { role: 'status' }, caption),
    h('span', { class: 'row' }, iconButton('skip', 'Next step', () => call('/api/play', { do: 'skip' }), { testid: 'play-skip', text: 'Next' }), iconButton('stop', 'Stop the story', () => call('/api/play', { do: 'stop' }), { testid: 'play-stop', text: 'Stop' })),
  );
  if (running && actAs) go({ as: actAs, place, welcome: false });
}

function renderProblems() {
  const problems = [...world.problems];
  if (!ready()) problems.unshift({ text: 'The page\u2019s libraries are missing, so cards cannot be drawn. Run \u201cmake install\u201d, then reload.', count: 1 });
  const waiting = world.waiting === 1 ? 'A message waits for it and is' : `${world.waiting} messages wait for it and are`;
  if (world.waiting) problems.push({ text: `The bot does not answer. ${waiting} delivered when it is back.`, passes: true });
  keyed(find('problems'), problems, (one) => one.text, (one) => one.count, (one) => h('div', { class: 'problem' },
    h('span', {}, one.text, one.count > 1 ? ` (${one.count} times)` : ''), one.passes ? null : iconButton('close', 'Dismiss', () => call('/api/dismiss', {}))));
}

/** Say who is called first today: support, filled up to two by the fallback. */
function pair() {
  const serving = ['support', 'fallback'].flatMap((role) => world.people.filter((one) => one.role === role));
  return serving.slice(0, 2).map((one) => one.name.split(' ')[0]).join(' or ') || 'anyone of the backend team';
}

function renderWelcome() {
  const attempt = (text) => { keep({ as: 'olga' }); toEnd = true; page.act('post', { channel: 'backend', text }); };
  const wanted = local.welcome && page.place().key === 'backend' ? [[world.note, world.empty ? '' : pair()]] : [];
  keyed(find('welcome'), wanted, () => 'welcome', String, ([note, people]) => welcome(note, people, attempt, () => keep({ welcome: false })));
}

function renderMain() {
  const place = page.place();
  const box = find('scroll');
  const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
  const stamp = `${place.id} ${local.as}`;
  keyed(find('place'), [place], (one) => one.id, () => stamp, () => h('div', { class: 'title' }, icon(place.icon), h('h2', {}, place.name), h('p', { class: 'quiet small' }, place.about)));
  renderWelcome();
  threads(find('threads'), find('older'), page);
  const empty = !page.messages().length && !(local.welcome && place.key === 'backend');
  find('threads').dataset.empty = empty ? hint(place) : '';
  find('threads').classList.toggle('is-empty', empty);
  keyed(find('compose'), place.kind === 'slack' ? [] : [place], (one) => one.id, () => stamp, () => composer({
    placeholder: place.kind === 'chat' ? 'Write to Hotseat (try: who, help)' : place.kind === 'group' ? `Write as ${page.as.name.split(' ')[0]}` : `Start a post in ${place.name} as ${page.as.name.split(' ')[0]}`,
    testid: 'composer', sendId: 'send', label: `New message in ${place.name}`, focus: 'composer', mention: place.kind === 'channel',
    send: (text, picture) => { toEnd = true; return page.act('post', { channel: place.key, text, picture }); }, refuse: page.refuse,
  }));
  if (atEnd || toEnd) box.scrollTop = box.scrollHeight;
  if (page.messages().at(-1)?.author === 'bot') toEnd = false;
}

function hint(place) {
  if (place.key === 'backend') return 'Nothing here yet. Post as Olga: \u201clabel printer down\u201d.';
  if (place.kind === 'group') return 'People talk here without the bot. Write as Olga, then raise her message with support by its menu.';
  if (place.kind === 'slack') return 'Nothing is said in Slack yet. Whoever has to pick the next team is reminded here on Mondays at 17:00.';
  if (place.key === 'team') return 'Quiet. The team hears of a request here when nobody has answered for ten minutes.';
  return 'No messages yet. Write \u201chelp\u201d or \u201cwho\u201d, or post in #backend as Olga and see who is called.';
}

function render() {
  if (!world) return;
  document.documentElement.dataset.theme = local.theme;
  Object.assign(document.documentElement.dataset, { as: local.as, here: page.place().key });
  find('app').classList.toggle('phone', local.phone);
  find('app').classList.toggle('show-bell', local.bell);
  find('log').hidden = !local.log;
  renderBar();
  renderCast();
  renderRail();
  renderMain();
  renderNotices();
  renderProblems();
  renderStory();
  if (local.log) showLog(find('log'), () => keep({ log: false }));
  if (!document.hidden && page.as.unread[page.place().id]) call('/api/read', { as: local.as, conversation: page.place().id });
}

let loading = false;
let again = false;
async function load() {
  if (loading) { again = true; return; }
  loading = true;
  try {
    world = await (await fetch('/api/world')).json();
    received = performance.now();
    render();
  } finally {
    loading = false;
    if (again) { again = false; load(); }
  }
}

function listen() {
  const events = new EventSource('/api/events');
  events.onmessage = load;
  events.onopen = () => document.documentElement.classList.remove('offline');
  events.onerror = () => document.documentElement.classList.add('offline');
}

document.documentElement.dataset.theme = local.theme;
document.addEventListener('visibilitychange', render);
setInterval(() => { if (world) renderBar(); }, 1000);
listen();
