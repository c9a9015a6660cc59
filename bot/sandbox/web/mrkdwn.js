/** Draws Slack's stored text as inert nodes: control sequences are cut out first, and only then are escapes undone. */
import { h } from './dom.js';

const MARKS = { '*': 'strong', _: 'em', '~': 's', '`': 'code' };
const ADDRESS = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]])/;

/** Give the nodes of a text; with `marks` also bold, italic, struck and code. Links open as `page` has it. */
export function mrkdwn(text, page, marks) {
  return text.split(/(<[^<>]*>)/).flatMap((part) => (part.startsWith('<') && part.endsWith('>') ? [control(part.slice(1, -1), page)] : words(part, page, marks)));
}

function control(inner, page) {
  const [target, label] = inner.split('|');
  if (target.startsWith('@')) {
    const person = page.people.find((one) => one.slack === target.slice(1));
    return h('span', { class: 'mention' }, `@${person?.name ?? unescaped(label ?? target.slice(1))}`);
  }
  if (target.startsWith('!') || target.startsWith('#')) return h('span', { class: 'mention' }, unescaped(label ?? target.replace(/^[!]/, '@')));
  return link(unescaped(target), unescaped(label ?? target), page);
}

function words(text, page, marks) {
  return unescaped(text).split(ADDRESS).flatMap((part, index) => {
    if (index % 2) return [link(part, part, page)];
    if (!marks) return [part];
    return part.split(/(\*[^*\n]+\*|\b_[^_\n]+_\b|~[^~\n]+~|`[^`\n]+`)/).map((one) => {
      const tag = one.length > 2 && one.at(0) === one.at(-1) ? MARKS[one.at(0)] : null;
      return tag ? h(tag, {}, one.slice(1, -1)) : one;
    });
  });
}

function link(url, label, page) {
  if (!/^https?:\/\//i.test(url)) return label;
  return h('a', { href: url, title: url, rel: 'noopener noreferrer', target: '_blank', onclick: (event) => { event.preventDefault(); page.follow(url); } }, label);
}

function unescaped(text) {
  const marks = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };
  return text.replace(/&(?:amp|lt|gt);/g, (mark) => marks[mark]);
}
