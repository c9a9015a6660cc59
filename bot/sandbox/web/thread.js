/** Draws conversations: threads of a channel, the chat with the bot, their messages and composers. */
import { avatar, h, icon, iconButton, keyed, say } from './dom.js';
import { card, words } from './cards.js';
import { search } from './extension.js';

export const NEWEST = 40;

/** Draw the newest threads of a conversation into `box`, and into `older` how to see the rest; `page` gives state and acts. */
export function threads(box, older, page) {
  const mine = page.messages();
  const isChat = page.place().kind !== 'channel';
  const all = isChat ? [{ id: `${page.place().key}-${page.as.key}`, chat: true }] : mine.filter((one) => one.id === one.root);
  const roots = page.all ? all : all.slice(-NEWEST);
  const hidden = all.length - roots.length;
  keyed(box, isChat && !mine.length ? [] : roots, (one) => one.id, () => `${page.as.key}`, (one) => frame(one, page));
  olderButton(older, hidden, page);
  for (const element of box.children) {
    const said = isChat ? mine : mine.filter((one) => one.root === element.dataset.root);
    const stamp = (one) => [one.version, page.theme, page.as.key, page.editing === one.id, JSON.stringify(one.reactions)].join();
    keyed(element.querySelector('.said'), said, (one) => one.id, stamp, (one) => message(one, page));
  }
}

/** Draw into `box` how to see the `hidden` older threads. */
export function olderButton(box, hidden, page) {
  keyed(box, hidden > 0 ? [hidden] : [], () => 'older', String, (count) => h('button', { type: 'button', class: 'button chip', 'data-testid': 'older', onclick: () => page.showAll() }, `Show ${count} older`));
}

function frame(root, page) {
  if (root.chat) return h('section', { class: 'chat', 'data-testid': 'thread', data: { root: root.id } }, h('div', { class: 'said' }));
  const reply = composer({
    placeholder: 'Reply', testid: 'reply', sendId: 'reply-send', label: 'Reply in this thread', focus: `reply-${root.id}`,
    send: (text, picture, inserted) => page.act('reply', { message: root.id, text, picture, ...inserted }), refuse: page.refuse,
    ask: (asked) => page.act('search', { message: root.id, ...asked }),
  });
  return h('article', { class: 'thread', 'data-testid': 'thread', data: { root: root.id, message: root.id } }, h('div', { class: 'said' }), reply);
}

function message(one, page) {
  const who = page.who(one.author);
  const own = one.author === page.as.key;
  const seen = one.views[page.as.key] ? [one.views[page.as.key]] : one.cards;
  const head = h('div', { class: 'head' },
    h('strong', {}, who.name),
    who.bot ? h('span', { class: 'tag' }, 'App') : h('span', { class: 'quiet small role' }, who.role),
    h('time', { class: 'quiet small', datetime: one.at, title: `${say(one.at, 'day')} ${say(one.at, 'seconds')}` }, when(one.at, page)),
    one.edited && !one.deleted ? h('span', { class: 'quiet small' }, 'Edited') : null,
    one.onlyFor ? h('span', { class: 'tag' }, 'Only you can see this') : null,
  );
  const body = h('div', { class: 'content' }, head);
  if (one.deleted) body.append(h('p', { class: 'quiet' }, 'This message has been deleted.', own ? undo(one, page) : ''));
  else if (page.editing === one.id) body.append(editor(one, page, (text) => page.act('edit', { message: one.id, text })));
  else {
    if (one.text) body.append(...linked(one, page));
    if (one.picture) body.append(h('img', { class: 'picture', src: one.picture, alt: `Picture from ${who.name}` }));
    for (const content of seen) body.append(card(content, page.theme, (action, frame) => page.press(one, action, frame)));
    body.append(reactions(one, page));
  }
  if (!one.deleted && page.editing !== one.id) body.append(tools(one, page, own));
  return h('div', {
    class: `message ${who.bot ? 'by-bot' : ''} ${own ? 'own' : ''} ${one.id === one.root ? 'root' : ''}`,
    'data-testid': 'message', data: { message: one.id, author: one.author },
  }, avatar(who), body);
}

const LINK = /<a href="([^"<>]*)">([^<>]*)<\/a>/;

/** A message in Teams' XML format escapes four characters, and has links. */
function linked(one, page) {
  if (one.format !== 'xml') return [words(one.text, one.mentions, one.format === 'markdown')];
  const box = h('div', { class: 'words' });
  const parts = one.text.split(LINK);
  for (let at = 0; at < parts.length; at += 3) {
    box.append(...words(unescaped(parts[at]), one.mentions, false).childNodes);
    if (at + 1 < parts.length) box.append(h('a', { href: '#', onclick: (event) => { event.preventDefault(); page.follow(unescaped(parts[at + 1])); } }, unescaped(parts[at + 2])));
  }
  return [box];
}

function unescaped(text) {
  const marks = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' };
  return text.replace(/&(?:amp|lt|gt|quot);/g, (mark) => marks[mark]);
}

/** Say when something was, with its day where that is not today. */
export function when(at, page) {
  return say(at, 'day') === say(page.now(), 'day') ? say(at) : `${say(at, 'day')}, ${say(at)}`;
}

function undo(one, page) {
  return h('button', { type: 'button', class: 'link', 'data-testid': 'undelete', onclick: () => page.act('undelete', { message: one.id }) }, 'Undo');
}

function tools(one, page, own) {
  const bar = h('div', { class: 'message-tools', role: 'group', 'aria-label': 'Message' },
    iconButton('like', 'Like', () => page.act('react', { message: one.id, reaction: 'like' }), { testid: 'like' }));
  bar.append(iconButton('raise', 'Raise with support', () => page.raise(one), { testid: 'raise' }));
  if (own) {
    bar.append(
      iconButton('edit', 'Edit', () => page.edit(one.id), { testid: 'edit' }),
      iconButton('trash', 'Delete', () => page.act('delete', { message: one.id }), { testid: 'delete' }),
    );
  }
  return bar;
}

function reactions(one, page) {
  const row = h('div', { class: 'reactions' });
  for (const [kind, people] of Object.entries(one.reactions)) {
    if (people.length) row.append(h('span', { class: 'tag', title: people.map((key) => page.who(key).name).join(', ') }, icon('like'), ` ${people.length} ${kind === 'like' ? '' : kind}`));
  }
  return row;
}

/** A composer in the place of one's own message, which `save` changes. */
export function editor(one, page, save, mention = true) {
  const box = composer({
    placeholder: 'Edit', testid: 'edit-text', sendId: 'edit-save', label: 'Edit your message', focus: `edit-${one.id}`, value: one.text.replace(/<at>(.*?)<\/at>/g, '@$1'),
    send: async (text) => { await save(text); page.edit(null); },
    cancel: () => page.edit(null), kept: one.picture || one.cards.length, mention,
  });
  queueMicrotask(() => box.querySelector('textarea').focus());
  return box;
}

const LARGEST_PICTURE = 600 * 1024;

/**
 * Build a composer: Enter sends, Shift+Enter breaks the line, the @ button mentions the bot. With `refuse`, which says
 * why a picture is not taken, one can be chosen or pasted; `kept` is a picture that stays when the text is changed.
 * With `ask`, which searches the handbook, a card that it finds can be put into the message.
 */
export function composer({ placeholder, testid, sendId, label, focus, send, cancel, refuse, ask, kept = '', value = '', mention = true }) {
  let picture = '';
  let inserted = null;
  let opened = null;
  const area = h('textarea', { rows: 1, placeholder, 'aria-label': label, 'data-testid': testid, data: { focus } });
  const button = iconButton('send', 'Send', () => submit(), { testid: sendId, kind: 'ghost send' });
  const attached = h('div', { class: 'attached' });
  const put = h('div', { class: 'attached' });
  area.value = value;
  const grow = () => {
    const something = area.value.trim() !== '' || picture || kept || inserted;
    area.style.height = 'auto';
    area.style.height = `${Math.min(area.scrollHeight + 2, 160)}px`;
    box.classList.toggle('filled', Boolean(something || opened));
    button.disabled = !something;
  };
  const attach = (url) => {
    picture = url;
    attached.replaceChildren(...(url ? [h('img', { class: 'picture', src: url, alt: 'The picture to send', 'data-testid': 'picture' }), iconButton('close', 'Remove the picture', () => attach(''), { testid: 'picture-remove' })] : []));
    grow();
    area.focus();
  };
  const insert = (found) => {
    inserted = found;
    put.replaceChildren(...(found ? [h('span', { class: 'inserted', 'data-testid': 'inserted' }, icon('book'), h('span', {}, found.title)), iconButton('close', 'Remove the card', () => insert(null), { testid: 'inserted-remove' })] : []));
    toggle(false);
  };
  const toggle = (on) => {
    opened?.remove();
    opened = on ? search(ask, insert, () => toggle(false)) : null;
    if (opened) box.prepend(opened);
    grow();
    if (!opened) area.focus();
  };
  const take = (file) => {
    if (!file) return;
    if (!/^image\/(png|jpeg|gif|webp)$/.test(file.type)) { refuse('A picture must be a PNG, JPEG, GIF or WebP file.'); return; }
    if (file.size > LARGEST_PICTURE) { refuse('That picture is larger than 600 KB; choose a smaller one.'); return; }
    const reader = new FileReader();
    reader.onload = () => attach(reader.result);
    reader.readAsDataURL(file);
  };
  const submit = async () => {
    const text = area.value.trim();
    if (button.disabled) return;
    const [sent, card] = [picture, inserted];
    area.value = '';
    if (card) insert(null);
    attach('');
    const outcome = await send(text, sent, card ? { card: card.card } : {});
    if (outcome?.error && !area.value) { area.value = text; attach(sent); if (card) insert(card); }
  };
  area.addEventListener('input', grow);
  area.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) { event.preventDefault(); submit(); }
    if (event.key === 'Escape' && cancel) cancel();
  });
  const tools = [];
  if (mention) {
    tools.push(h('button', {
      type: 'button', class: 'button ghost at', 'data-testid': `${testid}-mention`, title: 'Mention Hotseat', 'aria-label': 'Mention Hotseat',
      onclick: () => { area.value = `@Hotseat ${area.value}`; grow(); area.focus(); },
    }, '@Hotseat'));
  }
  if (refuse) {
    const files = h('input', { type: 'file', accept: 'image/png,image/jpeg,image/gif,image/webp', hidden: true, onchange: () => { take(files.files[0]); files.value = ''; } });
    const choose = iconButton('picture', 'Add a picture', () => files.click(), { testid: `${testid}-picture`, kind: 'ghost at' });
    area.addEventListener('paste', (event) => take([...event.clipboardData.files][0]));
    tools.push(files, choose);
  }
  if (ask) tools.push(iconButton('book', 'Search the handbook', () => toggle(!opened), { testid: `${testid}-search`, kind: 'ghost at' }));
  const box = h('div', { class: 'composer' }, attached, put, area, ...tools, button);
  queueMicrotask(grow);
  return box;
}
