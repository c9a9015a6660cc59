/** Small tools for building the page: elements from text (never from HTML), icons, and lists that keep what is unchanged. */

const ICONS = {
  bell: 'M12 3a6 6 0 0 0-6 6v4l-2 3v1h16v-1l-2-3V9a6 6 0 0 0-6-6Zm-2 15a2 2 0 0 0 4 0',
  theme: 'M12 4a8 8 0 1 0 0 16Zm0 0a8 8 0 0 1 0 16',
  phone: 'M8 3h8a1.5 1.5 0 0 1 1.5 1.5v15A1.5 1.5 0 0 1 16 21H8a1.5 1.5 0 0 1-1.5-1.5v-15A1.5 1.5 0 0 1 8 3Zm2.500 15h3',
  play: 'M8 5.500v13l10-6.500Z',
  stop: 'M7 7h10v10H7Z',
  skip: 'M6 6l7 6-7 6ZM16 6v12',
  log: 'M9 7l-5 5 5 5M15 7l5 5-5 5',
  send: 'M4 12l16-7-5 15-3-6Z',
  edit: 'M5 19l1-4L16 5l3 3L9 18Z',
  trash: 'M5 7h14M10 7V5h4v2M7 7l1 12h8l1-12',
  undo: 'M9 14L5 10l4-4M5 10h9a5 5 0 0 1 0 10h-3',
  chat: 'M4 5h16v11H10l-4 4v-4H4Z',
  raise: 'M12 20V5M6 11l6-6 6 6',
  channel: 'M6 9h14M4 15h14M10 4L8 20M16 4l-2 16',
  team: 'M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6Zm-6 8a6 6 0 0 1 12 0M16 11a2.500 2.500 0 1 0 0-5M17 14a5 5 0 0 1 4 5',
  like: 'M7 11v9H4v-9Zm0 0l4-7a2 2 0 0 1 2 2v4h5a2 2 0 0 1 2 2.300l-1 5.700a2 2 0 0 1-2 2H7',
  picture: 'M4 5h16v14H4Zm0 11l5-5 4 4 3-3 4 4M15.500 9.500h.01',
  eyes: 'M2.500 12a4.200 7 0 1 1 8.400 0a4.200 7 0 1 1-8.400 0ZM13.100 12a4.200 7 0 1 1 8.400 0a4.200 7 0 1 1-8.400 0ZM8 12.500v3.500M8.800 12.500v3.500M18.600 12.500v3.500M19.400 12.500v3.500',
  split: 'M4 5h16v14H4ZM12 5v14',
  board: 'M4 5h4.500v14H4ZM9.800 5h4.500v9H9.800ZM15.500 5H20v6h-4.500Z',
  book: 'M5 4.500h5.500A1.500 1.500 0 0 1 12 6v13.500a1.500 1.500 0 0 0-1.500-1.500H5Zm14 0h-5.500A1.500 1.500 0 0 0 12 6v13.500a1.500 1.500 0 0 1 1.500-1.500H19Z',
  close: 'M6 6l12 12M18 6L6 18',
};

/** Build an element. `attrs`: properties starting with "on" are listeners, `data` a dataset, others attributes. */
export function h(tag, attrs = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'data') Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter((one) => one !== null && one !== undefined && one !== false));
  return element;
}

/** Draw one of our icons. */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.classList.add('icon');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

/** A button with an icon, a label for those who cannot see it, and optionally a visible text. */
export function iconButton(name, label, onclick, { text, testid, pressed, kind = 'ghost' } = {}) {
  const attrs = { type: 'button', class: `button ${kind}`, title: label, 'aria-label': label, 'data-testid': testid, onclick };
  if (pressed !== undefined) attrs['aria-pressed'] = String(pressed);
  return h('button', attrs, icon(name), text ? h('span', { class: 'text' }, text) : null);
}

/** Show `items` in `container`; an item whose `stamp` is unchanged keeps its element, and with it focus and input. */
export function keyed(container, items, key, stamp, build) {
  const old = new Map([...container.children].map((one) => [one.dataset.key, one]));
  const focused = document.activeElement?.closest('[data-focus]')?.dataset.focus;
  const wanted = items.map((item) => {
    const name = String(key(item));
    const mark = String(stamp(item));
    const before = old.get(name);
    if (before && before.dataset.stamp === mark) return before;
    const element = build(item);
    element.dataset.key = name;
    element.dataset.stamp = mark;
    return element;
  });
  if (wanted.length !== container.children.length || wanted.some((one, index) => container.children[index] !== one)) {
    const keep = new Set(wanted);
    for (const one of [...container.children]) if (!keep.has(one)) one.remove();
    wanted.forEach((one, index) => {
      if (container.children[index] !== one) container.insertBefore(one, container.children[index] ?? null);
    });
  }
  if (focused && !document.activeElement?.closest('[data-focus]')) {
    container.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
  }
}

/** A picture with initials; `who` is a person, the bot or Bugsnag. */
export function avatar(who, size = '') {
  if (who.bug) return h('span', { class: `avatar ${size} bugsnag`, 'aria-hidden': 'true' }, 'B');
  const initials = who.bot ? 'H' : who.name.split(' ').map((word) => word[0]).join('');
  return h('span', { class: `avatar ${size} ${who.bot ? 'bot' : `tone-${who.tone}`}`, 'aria-hidden': 'true' }, initials);
}

const LOCAL = { timeZone: 'Europe/Berlin' };
const formats = {
  time: new Intl.DateTimeFormat('en-GB', { ...LOCAL, hour: '2-digit', minute: '2-digit' }),
  day: new Intl.DateTimeFormat('en-GB', { ...LOCAL, weekday: 'short', day: 'numeric', month: 'short' }),
  seconds: new Intl.DateTimeFormat('en-GB', { ...LOCAL, hour: '2-digit', minute: '2-digit', second: '2-digit' }),
};

/** Say a moment as the desk's zone has it: "time", "day" or "seconds". */
export function say(moment, form = 'time') {
  return formats[form].format(new Date(moment));
}
