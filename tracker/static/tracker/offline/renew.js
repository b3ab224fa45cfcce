// A browser may end a subscription and tell nobody: the one that lives here is compared with the one on record, and renewed.

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));

const digestOf = async (endpoint) => {
  const found = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(endpoint)));
  return Array.from(found, (byte) => byte.toString(16).padStart(2, "0")).join("");
};

// `push`: what this browser should be reached by; nothing where its person never wanted that, or not any more.
export async function renew({ push, token }, registration) {
  const lost = document.querySelector("[data-push-lost]");
  if (!push || !registration.pushManager) return;
  const living = await registration.pushManager.getSubscription();
  if (living && (await digestOf(living.endpoint)) === push.endpoint) return;
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
