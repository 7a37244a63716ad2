// Conveniences only: every page works without this.
document.addEventListener("click", (event) => {
  const card = event.target.closest("[data-number]");
  if (card) {
    const form = card.closest("form");
    form.elements.number.value = card.dataset.number.replace(/(\d{4})(?=\d)/g, "$1 ");
    form.elements.expiry.value = "12 / 31";
    form.elements.cvc.value = "123";
    form.elements.name.value ||= "HANAKO HOSHINO";
  }
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    const field = document.getElementById(copy.dataset.copy);
    field.select();
    navigator.clipboard?.writeText(field.value).then(() => copy.classList.add("done"));
  }
});
