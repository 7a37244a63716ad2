// What our own pages do by themselves where scripts run: they look again, copy numbers, and print. Without scripts,
// `noscript` reloads them, and the buttons for the rest are not shown.
(() => {
  document.documentElement.className = "scripted";
  const page = document.body.dataset;
  const shown = document.querySelector("main").innerHTML;
  let again = page.again;

  const go = () => location.replace(page.next || location.href);

  // Reloads only for news: a reload is read aloud from the start, and takes away what was marked.
  const look = async () => {
    const answer = await fetch(location.href);
    if (answer.status === 429 || answer.status >= 500) return wait();
    const { body } = new DOMParser().parseFromString(await answer.text(), "text/html");
    const main = body.querySelector("main");
    if (!main || main.innerHTML !== shown) return go();
    again = body.dataset.again;
    wait();
  };
  const act = () => ("next" in page ? go() : look().catch(wait));
  // Nobody looks at it: it waits until somebody does.
  const wait = () => {
    if (!again) return;
    const due = () => (document.hidden ? document.addEventListener("visibilitychange", act, { once: true }) : act());
    setTimeout(due, Number(again));
  };
  wait();

  document.addEventListener("click", async ({ target }) => {
    if (target.closest(".print")) print();
    const copy = target.closest(".copy");
    if (!copy) return;
    await navigator.clipboard.writeText(copy.value);
    copy.textContent = copy.dataset.done;
  });
})();
