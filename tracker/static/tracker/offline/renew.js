// A browser may end a subscription and tell nobody, or only the worker: the one that lives here is compared with the one on
// record, and renewed. For pages and the service worker, after store.js.

globalThis.notified = (() => {
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));

  const digestOf = async (endpoint) => {
    const found = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(endpoint)));
    return Array.from(found, (byte) => byte.toString(16).padStart(2, "0")).join("");
  };

  // Another lives here than was on record, or none: by what was kept, so that every page can look.
  const differs = async ({ push }, registration) => {
    if (!push || !registration.pushManager) return false;
    const living = await registration.pushManager.getSubscription();
    return !living || (await digestOf(living.endpoint)) !== push.endpoint;
  };

  // A notification came, and the worker could not say so.
  const confirmKept = async () => {
    const receipt = await store.get("receipt");
    if (!receipt) return;
    const answer = await fetch("/reach/received/", { method: "POST", body: new URLSearchParams({ receipt }) });
    if (answer.status === 204) await store.set("receipt", "");
  };

  // True once the site has the new one.
  const again = async ({ key }, token, registration) => {
    if (Notification.permission !== "granted") return false;
    const living = await registration.pushManager.getSubscription();
    await living?.unsubscribe();
    const made = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
    const { endpoint, keys } = made.toJSON();
    const body = new URLSearchParams({ endpoint, ...keys });
    const answer = await fetch("/reach/push/", { method: "POST", headers: { "X-CSRFToken": token }, body, redirect: "manual" });
    return answer.type === "opaqueredirect";
  };

  // `push`: what this browser should be reached by; nothing where its person never wanted that, or not any more. True where
  // nothing is lost.
  const renew = async ({ push, token }, registration) => {
    const isWhole = !(await differs({ push }, registration)) || (await again(push, token, registration).catch(() => false));
    if (isWhole) await store.set("ended", false);
    return isWhole;
  };

  return { differs, confirmKept, renew };
})();
