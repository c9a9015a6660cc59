/**
 * *Search the handbook* in a composer, as Teams has message extensions: what is typed is asked for after a pause, the
 * newest answer counts, and a press puts the card into what is being written. What the bot says stands in text nodes.
 */
import { h, iconButton } from './dom.js';

const PAUSE = 300; // milliseconds without a key, as in Teams about
const PAGE = 25; // results at once, as in acts.py

/**
 * Build the search. `ask` sends `{words, skip}` and gives the outcome, `insert` gets the result that was pressed,
 * `close` ends the search.
 */
export function search(ask, insert, close) {
  let newest = 0;
  let timer = null;
  const field = h('input', { type: 'search', placeholder: 'Search the handbook', 'aria-label': 'Search the handbook', 'data-testid': 'search-words', autocomplete: 'off' });
  const list = h('ol', { class: 'results', 'data-testid': 'search-results' });
  const status = h('p', { class: 'quiet small', role: 'status', 'data-testid': 'search-status' });
  const result = (one) => h('li', {}, h('button', { type: 'button', class: 'result', 'data-testid': 'search-result', onclick: () => insert(one) },
    h('strong', {}, one.title), one.text ? h('span', { class: 'quiet small line' }, one.text) : null));
  const find = async (skip = 0) => {
    const number = ++newest;
    const words = field.value.trim();
    if (!skip) status.textContent = 'Searching\u2026';
    const outcome = await ask({ words, skip });
    if (number !== newest) return; // something else was typed meanwhile
    const found = outcome.results ?? [];
    if (!skip) list.replaceChildren();
    list.querySelector('.more')?.remove();
    list.append(...found.filter((one) => one.card).map(result));
    if (found.length === PAGE) list.append(h('li', { class: 'more' }, h('button', { type: 'button', class: 'button chip', 'data-testid': 'search-more', onclick: () => find(skip + PAGE) }, 'More')));
    list.dataset.words = words;
    status.textContent = outcome.error ?? (outcome.notice || (found.length || skip ? '' : 'Nothing found.'));
  };
  field.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(find, PAUSE); });
  const box = h('div', { class: 'search', role: 'group', 'aria-label': 'Search the handbook', 'data-testid': 'search' },
    h('div', { class: 'search-head' }, field, iconButton('close', 'Close the search', close, { testid: 'search-close' })), list, status);
  box.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') { event.stopPropagation(); close(); }
    if (event.key === 'Enter' && event.target === field) { event.preventDefault(); clearTimeout(timer); find(); }
  });
  find();
  queueMicrotask(() => field.focus());
  return box;
}
