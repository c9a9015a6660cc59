/**
 * Draws cards with Microsoft's `adaptivecards`, as Teams would: mentions, Markdown without HTML, our host configuration.
 * Foreign text reaches the page only through that renderer's text nodes or markdown-it with HTML switched off.
 */
/* global AdaptiveCards, markdownit */
import { h } from './dom.js';
import { hostConfig } from './host-config.js';

const OPEN = '\uE000';
const CLOSE = '\uE001';
const markdown = () => {
  const made = markdownit({ html: false, linkify: false, breaks: true });
  made.disable(['image', 'table', 'code', 'fence', 'heading', 'lheading', 'blockquote', 'hr']);
  made.validateLink = (url) => /^(https?:|mailto:)/i.test(url);
  made.renderer.rules.link_open = (tokens, index, options, env, self) => {
    tokens[index].attrSet('rel', 'noopener noreferrer');
    tokens[index].attrSet('target', '_blank');
    return self.renderToken(tokens, index, options);
  };
  return made;
};
let shared;

/** Say whether the libraries are there. */
export const ready = () => typeof AdaptiveCards === 'object' && typeof markdownit === 'function';

const strip = (text) => text.replaceAll(OPEN, '').replaceAll(CLOSE, '');
const unmark = (html) => html.replace(new RegExp(`${OPEN}([^${CLOSE}]*)${CLOSE}`, 'g'), '<span class="mention">$1</span>');

function marked(text, entities) {
  let result = strip(text);
  for (const one of entities ?? []) {
    const name = String(one?.mentioned?.name ?? '');
    if (one?.type === 'mention' && one.text) result = result.replaceAll(one.text, OPEN + strip(name || one.text.replace(/<\/?at>/g, '')) + CLOSE);
  }
  return result;
}

/** Draw a text: Markdown of the bot, or a person's plain words; mentions listed in `entities` are drawn as such. */
export function words(text, entities, isMarkdown) {
  const box = h('div', { class: 'words' });
  const safe = marked(text, entities);
  if (isMarkdown && ready()) {
    shared ??= markdown();
    box.innerHTML = unmark(shared.render(safe));
    return box;
  }
  for (const part of safe.split(new RegExp(`(${OPEN}[^${CLOSE}]*${CLOSE})`))) {
    box.append(part.startsWith(OPEN) ? h('span', { class: 'mention' }, strip(part)) : part);
  }
  return box;
}

function withMentions(node, entities) {
  if (Array.isArray(node)) return node.map((one) => withMentions(one, entities));
  if (node === null || typeof node !== 'object') return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, withMentions(value, entities)]));
  if (copy.type === 'TextBlock' && typeof copy.text === 'string') copy.text = marked(copy.text, entities);
  return copy;
}

/**
 * Draw a card. `onaction` gets `{type, id, verb, title, data, url}`, inputs already merged into `data`, after the
 * renderer has checked the inputs.
 */
export function card(content, theme, onaction) {
  const frame = h('div', { class: `card${/^full$/i.test(content?.msteams?.width ?? '') ? ' full' : ''}`, 'data-testid': 'card' });
  if (!ready()) {
    frame.append(h('p', { class: 'quiet' }, 'Cards need the page\u2019s libraries: run \u201cmake install\u201d and reload.'));
    return frame;
  }
  shared ??= markdown();
  AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
    result.outputHtml = unmark(shared.render(text));
    result.didProcess = true;
  };
  const drawn = new AdaptiveCards.AdaptiveCard();
  drawn.hostConfig = new AdaptiveCards.HostConfig(hostConfig(theme));
  drawn.onExecuteAction = (action) => {
    const type = action.getJsonTypeName();
    onaction({ type, id: action.id, verb: action.verb, title: action.title, data: action.data ?? {}, url: action.url }, frame);
  };
  try {
    drawn.parse(withMentions(content, content?.msteams?.entities));
    const element = drawn.render();
    if (element) frame.append(element);
  } catch (error) {
    frame.append(h('p', { class: 'failed' }, `This card cannot be drawn: ${error.message}`));
  }
  if (!frame.childElementCount) frame.append(h('p', { class: 'quiet' }, String(content?.fallbackText ?? 'An empty card.')));
  return frame;
}
