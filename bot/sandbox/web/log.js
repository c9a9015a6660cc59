/** The drawer for developers: every exchange between this Teams and the bot, newest first. */
import { h, iconButton, keyed, say } from './dom.js';

let known = [];

/** Fetch what is new and show it in `box`; `close` closes the drawer. */
export async function showLog(box, close) {
  if (!box.querySelector('ol')) {
    box.replaceChildren(
      h('div', { class: 'log-head' }, h('h2', {}, 'What went over the wire'), h('p', { class: 'quiet small' }, 'What Teams, Slack, Bugsnag, Jira and the bot said to each other, newest first. Open one for its JSON.'), iconButton('close', 'Close the log', close)),
      h('ol', { class: 'exchanges' }),
    );
  }
  const since = known.filter((one) => one.status).at(-1)?.number ?? 0;
  const pending = known.find((one) => !one.status)?.number;
  const answer = await fetch(`/api/wire?since=${pending ? Math.min(pending - 1, since) : since}`);
  const fresh = await answer.json();
  const numbers = new Set(fresh.map((one) => one.number));
  known = [...known.filter((one) => !numbers.has(one.number)), ...fresh].slice(-300);
  keyed(box.querySelector('ol'), [...known].reverse(), (one) => one.number, (one) => one.status, exchange);
}

const SERVICES = [['/slack/', 'Slack'], ['/rest/', 'Jira'], ['/jira/', 'Jira'], ['/bugsnag/', 'Bugsnag']];

/** Say in a word or two what the bot is told. */
function said(body, service) {
  const words = {
    Slack: [body?.event?.type, body?.event?.subtype], Jira: [body?.webhookEvent, body?.issue?.key], Bugsnag: [body?.trigger?.type],
    Teams: [body?.type, body?.name ?? body?.channelData?.eventType],
  };
  return words[service].filter(Boolean).join(' ');
}

function exchange(one) {
  const inbound = one.direction === 'in';
  const service = SERVICES.find(([beginning]) => one.path.startsWith(beginning))?.[1] ?? 'Teams';
  const what = inbound ? said(one.request, service) : one.path.replace(/^\/(v3|slack\/api|rest\/api\/3)\//, '');
  const bad = one.status === 0 || one.status >= 400;
  const details = h('details', {},
    h('summary', {},
      h('span', { class: `way ${one.direction}` }, inbound ? `${service} \u2192 bot` : `bot \u2192 ${service}`),
      h('span', { class: 'mono' }, inbound ? 'POST' : one.method), h('span', { class: 'mono path' }, decodeURIComponent(what)),
      h('span', { class: `mono ${bad ? 'failed' : 'quiet'}` }, one.status ? `${one.status}` : 'none'), h('span', { class: 'quiet mono' }, `${one.milliseconds} ms`), h('time', { class: 'quiet mono' }, say(one.at, 'seconds'))));
  details.addEventListener('toggle', () => {
    if (details.open && details.childElementCount === 1) {
      details.append(h('pre', { tabindex: 0 }, JSON.stringify(one.request, null, 2) ?? ''), h('pre', { tabindex: 0 }, JSON.stringify(one.response, null, 2) ?? ''));
    }
  });
  return h('li', {}, details);
}
