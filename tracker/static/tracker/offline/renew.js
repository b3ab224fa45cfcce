// A browser may end a subscription and tell nobody: the one that lives here is compared with the one on record, and renewed.

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));

const digestOf = async (endpoint) => {
  const found = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(endpoint)));
  return Array.from(found, (byte) => byte.toString(16).padStart(2, "0")).join("");
};

// Another lives here than was on record, or none: by what was kept, so that every page can look.
export async function differs({ push }, registration) {
  if (!push || !registration.pushManager) return false;
  const living = await registration.pushManager.getSubscription();
  return !living || (await digestOf(living.endpoint)) !== push.endpoint;
}

// A notification came, and the worker could not say so.
export async function confirmKept() {
  const receipt = await store.get("receipt");
  if (!receipt) return;
  const answer = await fetch("/reach/received/", { method: "POST", body: new URLSearchParams({ receipt }) });
  if (answer.status === 204) await store.set("receipt", "");
}

// `push`: what this browser should be reached by; nothing where its person never wanted that, or not any more.
export async function renew({ push, token }, registration) {
  if (!(await differs({ push }, registration))) return;
  const living = await registration.pushManager.getSubscription();
  const lost = document.querySelector("[data-push-lost]");
  lost.hidden = await again(push, token, registration, living).catch(() => false);
}

// True once the site has the new one.
async function again({ key }, token, registration, living) {
  if (Notification.permission !== "granted") return false;
  await living?.unsubscribe();
  const made = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
  const { endpoint, keys } = made.toJSON();
  const body = new URLSearchParams({ endpoint, ...keys });
  const answer = await fetch("/reach/push/", { method: "POST", headers: { "X-CSRFToken": token }, body, redirect: "manual" });
  return answer.type === "opaqueredirect";
}
