/** Draws the Edge team's board in Jira: three columns, their cards, and what can go wrong. */
import { h, keyed, say } from './dom.js';
import { wrong } from './slack.js';

const SAID = { todo: 'To do', doing: 'In progress', done: 'Done' };

/** Draw the board into `box`; `page` gives state and acts. */
export function board(box, page) {
  keyed(box, page.columns, (one) => one.key, () => '', (one) => h('section', { class: 'column', 'data-testid': 'column', data: { column: one.key }, 'aria-label': SAID[one.key] },
    h('h3', {}, SAID[one.key], h('span', { class: 'quiet count' })), h('div', { class: 'issues' })));
  for (const column of box.children) {
    const there = page.issues.filter((one) => one.column === column.dataset.column).reverse();
    column.querySelector('.count').textContent = ` ${there.length}`;
    keyed(column.querySelector('.issues'), there, (one) => one.key, (one) => JSON.stringify([one, page.as.key]), (one) => issue(one, page));
  }
}

/** Draw what can go wrong in Jira into `bar`. */
export function boardBar(bar, page) {
  const faults = page.faults.jira;
  const set = (changes) => page.call('/api/faults', { service: 'jira', ...changes });
  keyed(bar, [faults], () => 'wrong', (one) => JSON.stringify(one), () => wrong('jira', [
    ['broken', 'Next ticket: fails', faults.broken > 0, (on) => set({ broken: Number(on) })],
    ['lost', 'Next ticket: the answer is lost', faults.lost > 0, (on) => set({ lost: Number(on) })],
    ['refused', 'Next ticket: a field is refused', faults.refused > 0, (on) => set({ refused: Number(on) })],
    ['limited', 'Next call: too many', faults.limited > 0, (on) => set({ limited: Number(on) })],
    ['lag', 'Search is a minute behind', faults.lag > 0, (on) => set({ lag: on ? 60 : 0 })],
    ['down', 'Jira is down', faults.down, (down) => set({ down })],
    ['silent', 'Jira tells nothing', faults.silent, (silent) => set({ silent })],
    ['twice', 'Jira tells all twice', faults.twice, (twice) => set({ twice })],
  ], page));
}

function issue(one, page) {
  const open = `issue-${one.key}`;
  const drawer = one.description ? h('details', { open: page.opened.has(open) }, h('summary', { class: 'link small', data: { focus: open } }, 'Description'), h('div', { class: 'document', tabindex: 0 }, nodes(one.description.content, page))) : null;
  drawer?.addEventListener('toggle', () => { if (drawer.open) page.opened.add(open); else page.opened.delete(open); });
  const moves = Object.keys(SAID).filter((key) => key !== one.column);
  return h('article', { class: 'issue', 'data-testid': 'issue', data: { issue: one.key, message: one.key } },
    h('div', { class: 'head' }, h('strong', { class: 'key' }, one.key), h('span', { class: 'tag' }, one.type), h('span', { class: 'tag' }, one.priority), h('time', { class: 'quiet small', datetime: one.at }, say(one.at))),
    h('p', { class: 'summary' }, one.summary),
    h('div', { class: 'labels' }, one.labels.map((label) => h('span', { class: 'tag mono' }, label))),
    drawer,
    one.links.map((link) => h('p', { class: 'small' }, 'See ', anchor(link.object.url, link.object.title, page))),
    h('div', { class: 'row moves', role: 'group', 'aria-label': `Move ${one.key}` }, moves.map((key) => h('button', {
      type: 'button', class: 'button chip', 'data-testid': `move-${key}`, data: { focus: `move-${one.key}-${key}` }, onclick: () => page.call('/api/jira/move', { issue: one.key, to: key, as: page.as.key }),
    }, `\u2192 ${SAID[key]}`))));
}

const TAGS = { paragraph: 'p', bulletList: 'ul', orderedList: 'ol', listItem: 'li', blockquote: 'blockquote', panel: 'blockquote', codeBlock: 'pre', rule: 'hr', hardBreak: 'br', table: 'table', tableRow: 'tr', tableCell: 'td', tableHeader: 'th' };
const MARKS = { strong: 'strong', em: 'em', code: 'code', strike: 's', underline: 'u' };

/** Draw the nodes of a document in Atlassian's format; of what is not known, its inside. */
function nodes(content, page) {
  return (content ?? []).flatMap((node) => {
    if (node.type === 'text') return [text(node, page)];
    const tag = node.type === 'heading' ? 'h4' : TAGS[node.type];
    const inside = nodes(node.content, page);
    if (node.type === 'inlineCard' || node.type === 'blockCard') return [anchor(node.attrs?.url, node.attrs?.url, page)];
    return tag ? [h(tag, {}, inside)] : inside;
  });
}

function text(node, page) {
  return (node.marks ?? []).reduce((inner, mark) => {
    if (mark.type === 'link') return anchor(mark.attrs?.href, inner, page);
    return MARKS[mark.type] ? h(MARKS[mark.type], {}, inner) : inner;
  }, node.text);
}

function anchor(url, inner, page) {
  if (!/^https?:\/\//i.test(url ?? '')) return h('span', {}, inner);
  return h('a', { href: url, title: url, rel: 'noopener noreferrer', target: '_blank', onclick: (event) => { event.preventDefault(); page.follow(url); } }, inner);
}
