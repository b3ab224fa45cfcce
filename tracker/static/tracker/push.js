// Asks the browser for notifications when its button is tapped, and never by itself.

const form = document.querySelector("[data-push]");
const can = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
const say = (name) => {
  for (const line of form.querySelectorAll("[data-said]")) line.hidden = line.dataset.said !== name;
};
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));

const subscribe = async () => {
  const registration = await navigator.serviceWorker.register("/sw.js");
  await navigator.serviceWorker.ready;
  const key = bytes(form.dataset.push);
  const before = await registration.pushManager.getSubscription();
  if (before) await before.unsubscribe(); // it may be of another person, or under another key
  return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
};

const ask = async () => {
  if ((await Notification.requestPermission()) !== "granted") return say("refused");
  say("waiting");
  try {
    const { endpoint, keys } = (await subscribe()).toJSON();
    Object.assign(form.elements.endpoint, { value: endpoint });
    Object.assign(form.elements.p256dh, { value: keys.p256dh });
    Object.assign(form.elements.auth, { value: keys.auth });
    form.submit();
  } catch {
    say("failed");
  }
};

if (form && !can) say("unable");
else if (form && Notification.permission === "denied") say("refused");
else if (form) {
  const button = form.querySelector("button");
  button.hidden = false;
  button.addEventListener("click", ask);
  say("");
}
