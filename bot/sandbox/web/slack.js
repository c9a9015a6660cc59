/** Draws the Slack channel: threads, attachments, reactions, and what one can let happen there and in Bugsnag. */
import { avatar, h, icon, iconButton, keyed, say } from './dom.js';
import { mrkdwn } from './mrkdwn.js';
import { composer, editor, NEWEST, olderButton, when } from './thread.js';

/** What can be let happen to an error, by how it stands: the name of the act, and what its button says. */
const DEEDS = {
  open: [['again', 'Again: 10 in 1 h'], ['hundredth', '100th event'], ['spike', 'Spike'], ['fixed', 'Fix'], ['ignored', 'Ignore'], ['snoozed', 'Snooze 6 h'], ['comment', 'Comment'], ['edited', 'Edit its message']],
  fixed: [['reoccurred', 'It comes back'], ['reopened', 'Reopen'], ['comment', 'Comment']],
  ignored: [['again', 'Again: 10 in 1 h'], ['reopened', 'Reopen'], ['spike', 'Spike'], ['comment', 'Comment']],
  snoozed: [['reoccurred', 'It comes back'], ['unsnoozed', 'Cancel the snooze'], ['again', 'Again: 10 in 1 h'], ['comment', 'Comment']],
};
const MOMENTS = [
  ['new', 'New Bugsnag error', 'The next error of a small catalogue comes up.'],
  ['again', 'Same error again', 'The latest error: 10 events in an hour.'],
  ['hundredth', '100th event', 'The latest error, for the hundredth time.'],
  ['reoccurred', 'Reopened', 'The latest error was fixed, and comes back.'],
  ['spike', 'Spike', 'The project of the latest error spikes.'],
  ['storm', 'Storm (60)', '60 errors of 20 kinds at once.'],
  ['comment', 'Comment', 'Somebody comments on the latest error in Bugsnag.'],
  ['release', 'Release', 'A new version goes out.'],
  ['unreadable', 'Unreadable', 'A message as nobody has seen one yet.'],
];

/** Draw the newest threads into `box`, and into `older` how to see the rest; `page` gives state and acts. */
export function slackThreads(box, older, page) {
  const mine = page.messages();
  const all = mine.filter((one) => one.id === one.root);
  const roots = page.all ? all : all.slice(-NEWEST);
  const replies = new Map(roots.map((one) => [one.id, []]));
  for (const one of mine) replies.get(one.root)?.push(one);
  keyed(box, roots, (one) => one.id, () => page.as.key, (one) => frame(one, page));
  olderButton(older, all.length - roots.length, page);
  for (const element of box.children) {
    const stamp = (one) => [one.version, page.as.key, page.editing === one.id, JSON.stringify(one.reactions), page.errors[one.error]].join();
    keyed(element.querySelector('.said'), replies.get(element.dataset.root), (one) => one.id, stamp, (one) => message(one, page));
  }
}

/** Draw what can be let happen in Bugsnag, and what can go wrong, into `bar`. */
export function slackBar(bar, page) {
  const faults = page.faults.slack;
  const stamp = JSON.stringify([faults, page.webhook]);
  const set = (changes) => page.call('/api/faults', { service: 'slack', ...changes });
  const parts = [['moments', ''], ['wrong', stamp]];
  keyed(bar, parts, (one) => one[0], (one) => one[1], ([name]) => (name === 'moments' ? moments(page) : wrong('slack', [
    ['webhook', 'Bugsnag calls the bot, too', page.webhook, (on) => page.call('/api/webhook', { on })],
    ['down', 'Slack is down', faults.down, (down) => set({ down })],
    ['silent', 'Slack sends nothing', faults.silent, (silent) => set({ silent })],
    ['twice', 'Slack sends all twice', faults.twice, (twice) => set({ twice })],
    ['limited', 'Next call: too many', faults.limited > 0, (on) => set({ limited: Number(on) })],
    ['broken', 'Next post fails', faults.broken > 0, (on) => set({ broken: Number(on) })],
    ['lost', 'Next post: the answer is lost', faults.lost > 0, (on) => set({ lost: Number(on) })],
  ], page)));
}

/** A drawer of switches: each has a name, a text, whether it is on, and what changes it. It stays open when redrawn. */
export function wrong(service, switches, page) {
  const on = switches.filter((one) => one[2]).length;
  const drawer = h('details', { class: 'wrong', open: page.opened.has(service), 'data-testid': `${service}-faults` },
    h('summary', { class: 'button chip', data: { focus: `${service}-faults` } }, on ? `Make it difficult (${on} on)` : 'Make it difficult'),
    h('div', { class: 'wrong-list' }, switches.map(([name, text, checked, change]) => h('label', { class: 'switch' },
      h('input', { type: 'checkbox', role: 'switch', checked, 'data-testid': `${service}-${name}`, data: { focus: `${service}-${name}` }, onchange: (event) => change(event.target.checked) }), h('span', {}, text)))));
  drawer.addEventListener('toggle', () => { if (drawer.open) page.opened.add(service); else page.opened.delete(service); });
  return drawer;
}

function moments(page) {
  return h('div', { class: 'moments', role: 'group', 'aria-label': 'Let it happen in Bugsnag' }, MOMENTS.map(([what, text, title], index) => h('button', {
    type: 'button', class: `button ${index ? 'chip' : 'chip primary'}`, title, 'data-testid': `bugsnag-${what}`, onclick: () => page.bugsnag(what),
  }, text)));
}

function frame(root, page) {
  const reply = composer({
    placeholder: 'Reply in Slack', testid: 'reply', sendId: 'reply-send', label: 'Reply in this Slack thread', focus: `reply-${root.id}`, mention: false,
    send: (text) => page.slack('reply', { message: root.id, text }),
  });
  return h('article', { class: 'thread slack-thread', 'data-testid': 'thread', data: { root: root.id, message: root.id } }, h('div', { class: 'said' }), reply);
}

function message(one, page) {
  const who = page.who(one.author);
  const own = one.author === page.as.key;
  const status = one.id === one.root ? page.errors[one.error] : null;
  const body = h('div', { class: 'content' }, h('div', { class: 'head' },
    h('strong', {}, who.name), who.bot || who.bug ? h('span', { class: 'tag' }, 'App') : null,
    h('time', { class: 'quiet small', datetime: one.at, title: `${say(one.at, 'day')} ${say(one.at, 'seconds')}` }, when(one.at, page)),
    one.edited && !one.deleted ? h('span', { class: 'quiet small' }, '(edited)') : null,
    status && status !== 'open' ? h('span', { class: 'tag', 'data-testid': 'error-status' }, `${status} in Bugsnag`) : null));
  if (one.deleted) body.append(h('p', { class: 'quiet' }, 'This message was deleted.'));
  else if (page.editing === one.id) body.append(editor(one, page, (text) => page.slack('edit', { message: one.id, text }), false));
  else {
    body.append(h('div', { class: 'words' }, one.source ? mrkdwn(one.source, page, !who.bot) : one.text));
    for (const attached of one.attachments) body.append(attachment(attached, page));
    body.append(reactions(one, page));
    if (status) body.append(menu(one, status, page));
    body.append(tools(one, page, own));
  }
  return h('div', { class: `message ${own ? 'own' : ''} ${one.id === one.root ? 'root' : ''}`, 'data-testid': 'message', data: { message: one.id, author: one.author } }, avatar(who), body);
}

function attachment(content, page) {
  const colour = /^#?[0-9a-f]{6}$/i.test(content.color ?? '') ? `#${content.color.replace('#', '')}` : 'var(--strong-line)';
  const field = (one) => h('div', { class: 'field' }, h('strong', {}, one.title), h('div', { class: 'words' }, one.value ? mrkdwn(one.value, page, false) : h('span', { class: 'quiet' }, '\u2013')));
  return h('div', { class: 'attachment', style: `border-color: ${colour}` },
    content.author_name ? h('strong', {}, content.author_name) : null,
    content.text ? h('div', { class: 'words' }, mrkdwn(content.text, page, true)) : null,
    (content.fields ?? []).map(field));
}

function reactions(one, page) {
  const row = h('div', { class: 'reactions' });
  for (const [name, people] of Object.entries(one.reactions)) {
    if (!people.length) continue;
    const mine = people.includes(page.as.key);
    const names = people.map((key) => page.who(key).name).join(', ');
    row.append(h('button', {
      type: 'button', class: 'reaction', 'data-testid': 'reaction', 'aria-pressed': String(mine), title: `${names} reacted with :${name}:`, 'aria-label': `${name}: ${names}`, data: { focus: `reaction-${one.id}-${name}` },
      onclick: () => page.slack('react', { message: one.id, reaction: name }),
    }, name === 'eyes' ? icon('eyes') : `:${name}:`, ` ${people.length}`));
  }
  return row;
}

function menu(one, status, page) {
  const open = `menu-${one.id}`;
  const drawer = h('details', { class: 'deeds', open: page.opened.has(open), 'data-testid': 'bugsnag-menu' },
    h('summary', { class: 'link small', data: { focus: open } }, 'In Bugsnag\u2026'),
    h('div', { class: 'moments', role: 'group', 'aria-label': 'Let it happen to this error in Bugsnag' }, (DEEDS[status] ?? DEEDS.open).map(([what, text]) => h('button', {
      type: 'button', class: 'button chip', 'data-testid': `error-${what}`, onclick: () => page.bugsnag(what, one.error),
    }, text))));
  drawer.addEventListener('toggle', () => { if (drawer.open) page.opened.add(open); else page.opened.delete(open); });
  return drawer;
}

function tools(one, page, own) {
  const mine = (one.reactions.eyes ?? []).includes(page.as.key);
  const eyes = h('button', {
    type: 'button', class: 'button ghost', 'data-testid': 'eyes', 'aria-pressed': String(mine), title: mine ? 'Take your eyes back' : 'React with eyes', 'aria-label': mine ? 'Take your eyes back' : 'React with eyes', data: { focus: `eyes-${one.id}` },
    onclick: () => page.slack('react', { message: one.id, reaction: 'eyes' }),
  }, icon('eyes'));
  const bar = h('div', { class: 'message-tools', role: 'group', 'aria-label': 'Message' }, eyes);
  if (own) {
    bar.append(
      iconButton('edit', 'Edit', () => page.edit(one.id), { testid: 'edit' }),
      iconButton('trash', 'Delete', () => page.slack('delete', { message: one.id }), { testid: 'delete' }),
    );
  }
  return bar;
}
