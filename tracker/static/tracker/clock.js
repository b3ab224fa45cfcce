// The server's clock: a phone that is five hours slow made a log of three hours ago "this minute". Comfort only.

const page = document.documentElement;
const ahead = page.dataset.now * 1000 - Date.now();
const language = `${page.lang}-u-nu-latn`; // the digits of the thermometer, as on the rest of the page
const spoken = new Intl.RelativeTimeFormat(language, { numeric: "auto" });

globalThis.serverNow = () => Date.now() + ahead;
globalThis.ago = (at) => {
  const minutes = Math.min(Math.round((at - serverNow()) / 60000), 0);
  return minutes > -60 ? spoken.format(minutes, "minute") : spoken.format(Math.trunc(minutes / 60), "hour");
};
// By the clock that the page goes by: the family's, or the team's.
globalThis.clockAt = (at, options) =>
  inHours(new Intl.DateTimeFormat(language, { timeZone: page.dataset.zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...options }).format(at));

// As tracker/lib/hours.py writes it: "20:30" or, where the page goes by 12 hours, "8:30 PM".
globalThis.inHours = (text) => {
  const { before, after } = page.dataset;
  if (!before) return text;
  return text.replace(/(\d\d)(:\d\d(?::\d\d)?)/, (all, hour, rest) => `${hour % 12 || 12}${rest} ${hour < 12 ? before : after}`);
};

// "2 hours ago" stays true while the page is open. The exact time stands beside it.
const UNTIL = 18 * 3600000; // then it is a day, which does not change under the eye
const tell = () => {
  for (const time of document.querySelectorAll("time[data-ago]")) {
    const at = Date.parse(time.dateTime);
    if (serverNow() - at < UNTIL) time.textContent = ago(at);
  }
};
if (document.querySelector("time[data-ago]")) setInterval(tell, 60000);
