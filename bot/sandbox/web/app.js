/**
 * The sandbox's page. All state is on the server (`/api/world`, announced by `/api/events`); here live only who one is,
 * where one looks, the theme and the width, kept in localStorage.
 *
 * Tests find things by `data-testid`, which stay as they are:
 *   person-switch (its buttons: person, with data-person="olga"…), unread (a badge, inside a person or a place),
 *   place (rail buttons, data-place="backend" | "team" | "slack" | "jira" | "ops" | "chat"), thread (data-root), message (data-message,
 *   data-author), card, composer, send, composer-mention, composer-picture, picture, picture-remove, reply, reply-send, composer-search, reply-search, search (search-words, search-result,
 *   search-more, search-status, search-close), inserted, inserted-remove, edit, edit-text, edit-save, delete,
 *   undelete, older, like, raise, toast, dialog, dialog-close, notification-list (its items: notification, data-person), clock,
 *   clock-plus-1, clock-plus-5, clock-plus-60, clock-next-opening, clock-monday-14, clock-monday-17, clock-wednesday-9,
 *   clock-real, theme, phone, bell,
 *   log-toggle, log, play, play-skip, play-stop, caption, problems, installed, consent, welcome, welcome-try; split, side
 *   (the pane beside Teams), beside (its tabs, data-place="slack" | "jira"); in Slack bugsnag-new and its like (what can
 *   be let happen), bugsnag-menu, error-fixed and its like (the same to one error), error-status, eyes, reaction; in Jira
 *   column (data-column="todo" | "doing" | "done"), issue (data-issue), move-todo, move-doing, move-done; teams-faults,
 *   slack-faults and jira-faults, with switches such as teams-silent, slack-down and jira-lost; handbook (a link to its page on GitHub: github.js).
 * The root element has data-theme, data-as, data-here (the place's key) and data-beside (that of the place beside it). In cards, Action.OpenUrl has the role link,
 * every other action the role button.
 */
import { avatar, h, icon, iconButton, keyed, say } from './dom.js';
import { board, boardBar } from './board.js';
import { card, ready } from './cards.js';
import { showLog } from './log.js';
import { slackBar, slackThreads } from './slack.js';
import { teamsBar } from './teams.js';
import { composer, threads } from './thread.js';
import { welcome } from './welcome.js';

const find = (id) => document.getElementById(id);
const kept = JSON.parse(localStorage.getItem('sandbox') ?? '{}');
const dark = matchMedia('(prefers-color-scheme: dark)').matches;
const local = { as: 'olga', place: 'backend', theme: dark ? 'dark' : 'light', phone: false, welcome: true, log: false, bell: false, split: innerWidth >= 1600, side: 'slack', ...kept };
const OUTSIDE = ['slack', 'jira'];
const SPLIT_FROM = 1000; // as in bridge.css
let world = null;
let received = 0;
let lastNotice = null;
let lastScene = '';
let toEnd = false;
let sideToEnd = false;
const atEnd = new Map();

const page = {
  editing: null,
  all: false,
  opened: new Set(),
  get as() { return page.who(local.as); },
  get theme() { return local.theme; },
  get people() { return world.people; },
  get errors() { return world.errors; },
  get issues() { return world.issues; },
  get columns() { return world.columns; },
  get faults() { return world.faults; },
  get webhook() { return world.webhook; },
  now: () => new Date(world.now).getTime() + (performance.now() - received),
  who(key) {
    if (key === 'bot') return { ...world.bot, bot: true };
    if (key === 'bugsnag') return { name: 'Bugsnag', bug: true };
    const index = world.people.findIndex((one) => one.key === key);
    return { ...world.people[index], tone: index };
  },
  places: () => [
    ...world.channels.filter((one) => one.key !== 'team' || page.as.backend).map((one) => ({ ...one, kind: 'channel', icon: one.key === 'team' ? 'team' : 'channel' })),
    ...world.slack.filter(() => page.as.backend).map((one) => ({ ...one, name: 'Slack', kind: 'slack', icon: 'channel' })),
    ...(page.as.backend ? [JIRA] : []),
    ...world.chats.filter((one) => one.members.includes(local.as)).map((one) => ({ ...one, kind: 'group', icon: 'team' })),
    { key: 'chat', id: page.as.chat, name: 'Hotseat', about: `${page.as.name}\u2019s own chat with the bot.`, kind: 'chat', icon: 'chat' },
  ],
  place: () => page.places().find((one) => one.key === (isSplit() && OUTSIDE.includes(local.place) ? local.teams : local.place)) ?? page.places()[0],
  beside: () => (isSplit() ? page.places().find((one) => one.key === local.side) : undefined),
  messages: () => world.messages.filter((one) => one.conversation === page.place().id && one.readers.includes(local.as)),
  edit(id) { page.editing = id; render(); },
  showAll() { page.all = true; render(); },
  refuse: (words) => toast(words, { failed: true }),
  act: (name, body) => call(`/api/act/${name}`, { as: local.as, ...body }),
  slack: (name, body) => call(`/api/slack/${name}`, { as: local.as, ...body }),
  call: (path, body) => call(path, body),
  bugsnag(what, error) {
    if (isSplit()) sideToEnd = true; else toEnd = true;
    return call('/api/bugsnag', { do: what, ...(error ? { error } : {}), ...(page.as.backend ? { as: local.as } : {}) });
  },
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

const JIRA = { key: 'jira', id: 'jira', name: 'Jira', about: 'The Edge team\u2019s board. Tickets come from the bot; move them as Edge would.', kind: 'board', icon: 'board' };

const HANDBOOK = '/liefery/liefery-backend/blob/master/docs/emergency_handbook.md';

/** Say whether Slack or Jira stands beside Teams now. */
function isSplit() {
  return local.split && !local.phone && find('app').clientWidth >= SPLIT_FROM;
}

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
  const { place } = changes;
  if (isSplit() && OUTSIDE.includes(place)) keep({ ...changes, place: page.place().key, side: place });
  else keep({ ...changes, ...(place && !OUTSIDE.includes(place) ? { teams: place } : {}) });
  if (page.place().kind === 'chat') page.act('open', {});
  find('scroll').scrollTop = page.place().kind === 'board' ? 0 : find('scroll').scrollHeight;
}

/** Open a place of Slack or Jira, and show something in it. */
function open(place, id, key) {
  if (!page.places().some((one) => one.id === place)) { toast(`${page.as.name} cannot open that.`, { failed: true }); return; }
  go({ place: key });
  show(id);
}

/** Open a link: one to a message or a ticket of ours opens it here, any other in a new tab. */
function follow(url) {
  const slack = /^https:\/\/sandbox\.slack\.com\/archives\/(\w+)\/p(\d+)/.exec(url);
  if (slack) { open(slack[1], slack[2].slice(0, -3), 'slack'); return; }
  const ticket = /\/browse\/([A-Z]+-\d+)$/.exec(url);
  if (ticket && new URL(url).host === location.host) { open('jira', ticket[1], 'jira'); return; }
  if (/^https:\/\/app\.bugsnag\.com\//.test(url)) { toast('That would open the error in Bugsnag, which the sandbox has no page of.'); return; }
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
    ['split', 'Slack or Jira beside Teams', 'split', () => keep({ split: !local.split, ...(OUTSIDE.includes(local.place) ? { side: local.place } : {}) }), local.split],
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
    title: `${one.about}${one.rung ? ` \u2013 ${one.rung} unread notifications` : ''}`, onclick: () => go({ as: one.key, place: one.backend || !['team', ...OUTSIDE].includes(local.place) ? local.place : 'backend' }),
  }, h('span', { class: 'face' }, avatar(page.who(one.key)), badge(one.rung)), h('span', { class: 'who' }, h('span', { class: 'name' }, first, h('span', { class: 'family' }, ` ${family}`)), h('span', { class: 'role' }, one.role)));
  keyed(find('cast'), world.people, (one) => one.key, (one) => `${one.rung} ${one.key === local.as} ${one.installed} ${one.role}`, (one) => person(one, one.name.split(' ')));
}

const shown = (one) => one.key === page.place().key || one.key === page.beside()?.key;

function renderRail() {
  const book = page.as.backend ? [{ id: HANDBOOK }] : [];
  keyed(find('rail'), [...page.places(), ...book], (one) => one.id, (one) => `${shown(one)} ${page.as.unread[one.id] ?? 0}`, (one) => (one.id === HANDBOOK ? h('a', {
    class: 'room', href: HANDBOOK, target: '_blank', rel: 'noopener', 'data-testid': 'handbook', title: 'The team\u2019s handbook on GitHub, in a new tab',
  }, icon('book'), h('span', { class: 'name' }, 'Handbook')) : h('button', {
    type: 'button', class: 'room', 'data-testid': 'place', data: { place: one.key, focus: `place-${one.key}` }, 'aria-current': shown(one) ? 'page' : null, onclick: () => go({ place: one.key }),
  }, icon(one.icon), h('span', { class: 'name' }, one.name), badge(page.as.unread[one.id]))));
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
  if (world.retrying) problems.push({ text: `The bot has not taken ${world.retrying === 1 ? 'an event' : `${world.retrying} events`} of Slack or Jira; ${world.retrying === 1 ? 'it is' : 'they are'} sent a few times more.`, passes: true });
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
  const stamp = `${place.id} ${local.as}`;
  keyed(find('place'), [place], (one) => one.id, () => stamp, () => h('div', { class: 'title' }, icon(place.icon), h('h2', {}, place.name), h('p', { class: 'quiet small' }, place.about)));
  renderWelcome();
  content('', place, page);
  const empty = place.kind !== 'board' && !page.messages().length && !(local.welcome && place.key === 'backend');
  find('threads').dataset.empty = empty ? hint(place) : '';
  find('threads').classList.toggle('is-empty', empty);
  keyed(find('compose'), place.kind === 'board' ? [] : [place], (one) => one.id, () => stamp, () => (place.kind === 'slack' ? slackComposer() : composer({
    placeholder: place.kind === 'chat' ? 'Write to Hotseat (try: who, help)' : place.kind === 'group' ? `Write as ${page.as.name.split(' ')[0]}` : `Start a post in ${place.name} as ${page.as.name.split(' ')[0]}`,
    testid: 'composer', sendId: 'send', label: `New message in ${place.name}`, focus: 'composer', mention: place.kind === 'channel',
    send: (text, picture, inserted) => { toEnd = true; return page.act('post', { channel: place.key, text, picture, ...inserted }); }, refuse: page.refuse,
    ask: (asked) => page.act('search', { channel: place.key, ...asked }),
  })));
  if (place.kind !== 'board' && (atEnd.get(box) || toEnd)) box.scrollTop = box.scrollHeight;
  if (place.kind !== 'channel' || page.messages().at(-1)?.author === 'bot') toEnd = false;
}

/** Draw the deck and what stands in a place, into the main pane or into that beside it ("side-"). */
function content(pane, place, view) {
  const deck = { channel: teamsBar, slack: slackBar, board: boardBar }[place.kind];
  const box = find(`${pane}threads`);
  box.parentElement.dataset.kind = place.kind;
  if (box.dataset.place !== place.id) { box.replaceChildren(); box.dataset.place = place.id; find(`${pane}deck`).replaceChildren(); }
  if (deck) deck(find(`${pane}deck`), view);
  box.classList.toggle('columns', place.kind === 'board');
  box.classList.toggle('threads', place.kind !== 'board');
  if (place.kind === 'board') { board(box, view); find(`${pane}older`).replaceChildren(); }
  else if (place.kind === 'slack') slackThreads(box, find(`${pane}older`), view);
  else threads(box, find(`${pane}older`), view);
}

function slackComposer() {
  const first = page.as.name.split(' ')[0];
  return composer({
    placeholder: `Write in #bugsnag-backend as ${first}`, testid: isSplit() ? 'side-composer' : 'composer', sendId: isSplit() ? 'side-send' : 'send', label: 'New message in Slack', focus: 'slack-composer', mention: false,
    send: (text) => { if (isSplit()) sideToEnd = true; else toEnd = true; return page.slack('post', { text }); },
  });
}

/** Draw what stands beside Teams: Slack or Jira, or that who one is is in neither. */
function renderSide() {
  const beside = page.beside();
  const tabs = [['slack', 'Slack', 'channel'], ['jira', 'Jira', 'board']];
  find('side').hidden = !isSplit();
  if (!isSplit()) return;
  keyed(find('side-place'), [local.side], () => 'tabs', () => `${local.side} ${local.as}`, () => h('div', { class: 'title' },
    tabs.map(([key, name, glyph]) => h('button', { type: 'button', class: 'tab', 'data-testid': 'beside', data: { place: key, focus: `beside-${key}` }, 'aria-current': key === local.side ? 'page' : null, onclick: () => go({ place: key }) }, icon(glyph), name)),
    h('p', { class: 'quiet small' }, beside?.about ?? ''), iconButton('close', 'Close this half', () => keep({ split: false }), { testid: 'side-close' })));
  const box = find('side-scroll');
  if (beside) {
    const view = { __proto__: page, place: () => beside, messages: () => world.messages.filter((one) => one.conversation === beside.id && one.readers.includes(local.as)) };
    content('side-', beside, view);
    const empty = beside.kind === 'slack' && !view.messages().length;
    find('side-threads').dataset.empty = empty ? hint(beside) : '';
    find('side-threads').classList.toggle('is-empty', empty);
  } else {
    for (const id of ['side-deck', 'side-older']) find(id).replaceChildren();
    const nothing = h('p', { class: 'nothing' }, `${page.as.name} is neither in Slack nor in Jira. Become one of the backend team.`);
    find('side-threads').className = 'threads';
    find('side-threads').replaceChildren(nothing);
    find('side-threads').dataset.place = '';
  }
  keyed(find('side-compose'), beside?.kind === 'slack' ? [beside] : [], (one) => one.id, () => local.as, slackComposer);
  if (beside?.kind === 'slack' && (atEnd.get(box) || sideToEnd)) box.scrollTop = box.scrollHeight;
  sideToEnd = false;
}

function hint(place) {
  if (place.key === 'backend') return 'Nothing here yet. Post as Olga: \u201clabel printer down\u201d.';
  if (place.kind === 'group') return 'People talk here without the bot. Write as Olga, then raise her message with support by its menu.';
  if (place.kind === 'slack') return 'Nothing is said in Slack yet. Let a new error come up in Bugsnag, with the button above.';
  if (place.key === 'team') return 'Quiet. The team hears of a request here when nobody has answered for ten minutes.';
  return 'No messages yet. Write \u201chelp\u201d or \u201cwho\u201d, or post in #backend as Olga and see who is called.';
}

function render() {
  if (!world) return;
  document.documentElement.dataset.theme = local.theme;
  Object.assign(document.documentElement.dataset, { as: local.as, here: page.place().key });
  find('app').classList.toggle('phone', local.phone);
  find('app').classList.toggle('split', isSplit());
  document.documentElement.dataset.beside = page.beside()?.key ?? '';
  find('app').classList.toggle('show-bell', local.bell);
  find('log').hidden = !local.log;
  renderBar();
  renderCast();
  renderRail();
  renderMain();
  renderSide();
  renderNotices();
  renderProblems();
  renderStory();
  if (local.log) showLog(find('log'), () => keep({ log: false }));
  for (const one of [page.place(), page.beside()]) {
    if (!document.hidden && one && page.as.unread[one.id]) call('/api/read', { as: local.as, conversation: one.id });
  }
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
    if (/^#[A-Z]+-\d+$/.test(location.hash)) {
      const key = location.hash.slice(1);
      history.replaceState(null, '', '/');
      open('jira', key, 'jira');
    }
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

/** Keep a box at its end while that is where one looks, also when it becomes smaller, or what is in it grows. */
function follows(box) {
  let before = 0;
  atEnd.set(box, true);
  box.addEventListener('scroll', () => {
    const near = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
    atEnd.set(box, near || (atEnd.get(box) && box.scrollTop >= before)); // what is in it may have grown meanwhile
    before = box.scrollTop;
  });
  const seen = new ResizeObserver(() => { if (atEnd.get(box) && box.dataset.kind !== 'board') box.scrollTop = box.scrollHeight; });
  for (const one of [box, ...box.children]) seen.observe(one);
}

document.documentElement.dataset.theme = local.theme;
follows(find('scroll'));
follows(find('side-scroll'));
/** Close what was opened over the page, unless `within` lies in it. */
function closeDrawers(within) {
  for (const one of document.querySelectorAll('.wrong[open]')) if (!within || !one.contains(within)) one.open = false;
}

document.addEventListener('click', (event) => closeDrawers(event.target));
document.addEventListener('keydown', (event) => { if (event.key === 'Escape') closeDrawers(); });
document.addEventListener('visibilitychange', render);
addEventListener('resize', render);
setInterval(() => { if (world) renderBar(); }, 1000);
listen();
