/**
 * The handbook on the sandbox's GitHub: its file with GitHub's anchors, its editor, and the pull requests.
 *
 * Which of them is told by the address, as GitHub has it. Tests find things by data-testid: github-file, github-edit,
 * github-text, github-save, github-pulls, pull (data-pull), pull-merge, pull-close, github-faults with switches such as
 * github-down, toast.
 */
import { h, say } from './dom.js';
import { wrong } from './slack.js';

const find = (id) => document.getElementById(id);
const [, owner, repo, kind, ...rest] = location.pathname.split('/').map(decodeURIComponent);
const here = `/${owner}/${repo}`;
const page = { opened: new Set() };
document.documentElement.dataset.theme = JSON.parse(localStorage.getItem('sandbox') ?? '{}').theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
const PARTS = 2; // of the file's path: docs/emergency_handbook.md
let state = null;

/** Return the branch of a file's address: what stands before its path. */
const branch = () => (kind === 'blob' || kind === 'edit' ? rest.slice(0, -PARTS).join('/') : '');

/** Make the anchor that GitHub gives to a heading which stands alone: letters, marks, digits, connectors, blanks. */
function anchor(text) {
  return text.toLowerCase().replace(/[^\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\p{Alphabetic}\- ]/gu, '').replaceAll(' ', '-');
}

/** Draw Markdown with an anchor at each heading; HTML in it is shown as text. */
function markdown(text) {
  const box = h('article', { class: 'markdown', 'data-testid': 'github-file' });
  const parsed = window.markdownit({ html: false, linkify: false }).render(text);
  box.append(...new DOMParser().parseFromString(parsed, 'text/html').body.childNodes);
  const taken = new Map();
  for (const heading of box.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
    const own = anchor(heading.textContent);
    let name = own;
    while (taken.has(name)) { taken.set(own, taken.get(own) + 1); name = `${own}-${taken.get(own)}`; }
    taken.set(name, 0);
    heading.id = name;
    heading.append(h('a', { class: 'anchor', href: `#${encodeURIComponent(name)}`, 'aria-label': `Link to ${heading.textContent}` }, '#'));
  }
  return box;
}

const address = (act) => `${here}/${act}/${[...(branch() || state.branch).split('/'), ...state.path.split('/')].map(encodeURIComponent).join('/')}`;

function file() {
  return [
    h('div', { class: 'path' }, h('strong', {}, state.path), h('span', { class: 'quiet small' }, `${state.message} \u2013 ${state.author}, ${say(state.at, 'day')} ${say(state.at)}`),
      h('a', { class: 'button chip', href: address('edit'), 'data-testid': 'github-edit' }, 'Edit this file')),
    markdown(state.text),
  ];
}

function editor() {
  const text = h('textarea', { class: 'source', 'aria-label': 'The file', spellcheck: 'false', 'data-testid': 'github-text' });
  text.value = state.text;
  const save = async () => { if (await call('save', { text: text.value })) location.assign(address('blob')); };
  return [
    h('div', { class: 'path' }, h('strong', {}, state.path), h('span', { class: 'quiet small' }, 'The bot reads it again within a quarter of an hour.'),
      h('button', { type: 'button', class: 'button primary', 'data-testid': 'github-save', onclick: save }, 'Commit changes')),
    text,
  ];
}

const SIDES = { '+': 'plus', '-': 'minus' };

function pull(one) {
  const act = (name, text, look) => h('button', { type: 'button', class: `button ${look}`, 'data-testid': `pull-${name}`, onclick: async () => { if (await call(name, { pull: one.number })) load(); } }, text);
  return h('section', { class: 'pull', 'data-testid': 'pull', data: { pull: one.number } },
    h('div', { class: 'head' }, h('strong', {}, one.title), h('span', { class: 'quiet' }, `#${one.number}`), h('span', { class: 'tag' }, one.state), h('span', { class: 'quiet small mono' }, one.head)),
    h('p', {}, one.body),
    h('pre', { class: 'diff' }, one.diff.map((line) => h('span', { class: SIDES[line[0]] ?? null }, line))),
    one.state === 'open' ? h('div', { class: 'row' }, act('merge', 'Merge pull request', 'chip primary'), act('close', 'Close', 'chip')) : null);
}

function pulls(number) {
  const shown = state.pulls.filter((one) => !number || one.number === number);
  const box = h('div', { 'data-testid': 'github-pulls' }, shown.length ? shown.map(pull) : h('p', { class: 'nothing' }, number ? 'There is no such pull request.' : 'No pull request yet. The bot proposes edits of the handbook here.'));
  return [box];
}

async function call(act, body) {
  const answer = await fetch(`/api/github/${act}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }).catch(() => null);
  const outcome = answer ? await answer.json().catch(() => ({ error: `The sandbox answered ${answer.status}.` })) : { error: 'The sandbox does not answer. Is it running?' };
  if (outcome.error) toast(outcome.error);
  return !outcome.error;
}

function toast(text) {
  const box = h('div', { class: 'toast failed', 'data-testid': 'toast' }, text);
  find('toasts').append(box);
  setTimeout(() => box.remove(), 6000);
}

/** Draw what can go wrong on GitHub. */
function difficulties() {
  const { faults } = state;
  const set = async (changes) => {
    await fetch('/api/faults', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ service: 'github', ...changes }) });
    load();
  };
  return wrong('github', [
    ['down', 'GitHub is down', faults.down, (down) => set({ down })],
    ['limited', 'Next call: too many', faults.limited > 0, (on) => set({ limited: Number(on) })],
    ['broken', 'Next change fails', faults.broken > 0, (on) => set({ broken: Number(on) })],
    ['lost', 'Next change: the answer is lost', faults.lost > 0, (on) => set({ lost: Number(on) })],
    ['refused', 'Next change: the token may not', faults.refused > 0, (on) => set({ refused: Number(on) })],
  ], page);
}

const VIEWS = { blob: file, edit: editor, pulls: () => pulls(0), pull: () => pulls(Number(rest[0])) };

async function load() {
  const asked = branch();
  const answer = await fetch(`/api/github${asked ? `?ref=${encodeURIComponent(asked)}` : ''}`).catch(() => null);
  if (!answer?.ok) { toast('The sandbox does not answer. Is it running?'); return; }
  state = await answer.json();
  const tab = (name, href, text, current) => h('a', { class: 'button ghost', href, 'data-testid': `github-tab-${name}`, 'aria-current': current ? 'page' : null }, text);
  const open = state.pulls.filter((one) => one.state === 'open').length;
  find('tabs').replaceChildren(
    tab('file', `${here}/blob/${state.branch}/${state.path}`, 'Handbook', kind === 'blob'),
    tab('pulls', `${here}/pulls`, `Pull requests (${open})`, kind === 'pulls'),
  );
  find('wrong').replaceChildren(difficulties());
  find('main').replaceChildren(...VIEWS[kind]());
  const target = location.hash ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
  if (target) location.replace(location.hash); // so that :target is what is there by now
}

load();
