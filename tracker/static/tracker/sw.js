// Shows what is pushed, and opens what is tapped. It keeps nothing and answers no request: every page comes from the site.

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  // A push that shows nothing costs the subscription: whatever came, something is shown.
  let told = {};
  try {
    told = event.data.json();
  } catch {
    told = {};
  }
  const options = {
    tag: told.tag,
    renotify: Boolean(told.tag),
    requireInteraction: true,
    icon: "/static/tracker/icons/192.png",
    data: { url: told.url },
  };
  event.waitUntil(self.registration.showNotification(told.title || "Nightlight", options));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data?.url || "/", self.location.origin);
  if (url.origin !== self.location.origin) return;
  event.waitUntil(self.clients.openWindow(url.href));
});
