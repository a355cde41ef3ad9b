// The way back leads to the list as it was; an opened form is ready to be filled.
const back = document.querySelector("a[data-back]");
const list = sessionStorage.getItem("pool");
if (list?.startsWith("/pool")) back.href = list;

for (const act of document.querySelectorAll("details.act")) {
  act.addEventListener("toggle", () => {
    if (act.open) act.querySelector("select, textarea")?.focus();
  });
}
document.addEventListener("keydown", (event) => {
  const isTyping = event.target.matches("input, select, textarea");
  if (event.key !== "Escape" || isTyping) return;
  const act = document.querySelector("details.act[open]");
  if (act) act.open = false;
  else back.click();
});
