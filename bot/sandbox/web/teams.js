/** What can go wrong between Teams and the bot: deliveries that are dropped, and Microsoft Graph, by which they are found. */
import { keyed } from './dom.js';
import { wrong } from './slack.js';

/** Draw what can go wrong into `bar`. */
export function teamsBar(bar, page) {
  const faults = page.faults.teams;
  const set = (changes) => page.call('/api/faults', { service: 'teams', ...changes });
  keyed(bar, [faults], () => 'wrong', (one) => JSON.stringify(one), () => wrong('teams', [
    ['silent', 'Drop deliveries to the bot', faults.silent, (silent) => set({ silent })],
    ['halved', 'Drop every other delivery', faults.halved, (halved) => set({ halved })],
    ['down', 'Graph is down', faults.down, (down) => set({ down })],
    ['limited', 'Next call: too many', faults.limited > 0, (on) => set({ limited: Number(on) })],
    ['expired', 'Graph reads anew', faults.expired > 0, (on) => set({ expired: Number(on) })],
  ], page));
}
