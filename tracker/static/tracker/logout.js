// Who is signed out is still told of what is urgent: phones sign out by themselves. On somebody else's computer the
// notifications end with the box, which is only there where this browser has them.

const choice = document.querySelector("[data-stop]");
const form = choice.closest("form");
form.addEventListener("submit", () => sessionStorage.clear()); // no half-typed log stays for whoever signs in next
const workers = navigator.serviceWorker;
const registration = await workers?.getRegistration();
const subscription = await registration?.pushManager?.getSubscription();

if (subscription) {
  choice.hidden = false;
  choice.querySelector("input").addEventListener("change", ({ target }) => {
    form.elements.endpoint.value = subscription.endpoint;
    form.elements.endpoint.disabled = !target.checked;
  });
  form.addEventListener("submit", () => {
    if (!form.elements.endpoint.disabled) subscription.unsubscribe(); // the site forgets it too, whatever becomes of this
  });
}
