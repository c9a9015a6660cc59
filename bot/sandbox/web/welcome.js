/** The introduction on top of #backend: what this is, and what to try first. */
import { h, iconButton } from './dom.js';

/**
 * Build it; `attempt` posts a text as Olga, `close` puts it away, `note` says why the clock is not real time, `pair` who
 * is called first today, "" where the channel is no desk yet.
 */
export function welcome(note, pair, attempt, close) {
  const text = 'Label printer down, drivers are waiting';
  const link = h('button', { type: 'button', class: 'link', 'data-testid': 'welcome-try', onclick: () => attempt(text) }, `\u201c${text}\u201d`);
  return h('section', { class: 'welcome', 'data-testid': 'welcome' },
    h('h2', {}, 'A Teams of your own, with the real bot in it'),
    h('p', {}, 'You play everyone. The bot is the real one; only Teams, Slack, Jira and GitHub are played by this page.'),
    pair ? h('ol', {},
      h('li', {}, 'Post as Olga: ', link, ' \u2013 see what a requester gets.'),
      h('li', {}, `Become ${pair} at the top (they have been called) and press `, h('strong', {}, 'I\u2019m looking into it'), '.'),
      h('li', {}, 'Or do nothing and move the clock, minute by minute: more people hear of it, each once, until somebody answers.'),
      h('li', {}, 'As one of the backend team open ', h('strong', {}, 'Slack'), ' (best side by side, by the button above) and let an error come up in Bugsnag.')) : h('ol', {},
      h('li', {}, 'This channel is no desk yet. Become Farid, the admin, and post ', h('strong', {}, '@Hotseat setup'), '.'),
      h('li', {}, 'Press ', h('strong', {}, 'Set up\u2026'), ' on the card that comes, and go through the steps; each can be skipped.'),
      h('li', {}, 'Then post as Olga: ', link, '.')),
    pair ? h('p', {}, 'Or press ', h('strong', {}, 'Play a day'), ' and watch.', note ? ` ${note}` : '') : note ? h('p', {}, note) : '',
    iconButton('close', 'Close the introduction', close));
}
