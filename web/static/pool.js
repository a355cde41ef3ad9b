// The list by keyboard, filters that apply themselves, and counts beside their values.
const form = document.querySelector("form.filters");
const search = form.querySelector("input[type=search]");
const links = [...document.querySelectorAll("tr[data-row] .col-title a")];
const keys = document.getElementById("keys");

const submit = () => {
  for (const field of form.querySelectorAll("input[type=search], select")) {
    const isDefault = field.value === "" || field.selectedIndex === 0;
    if (isDefault) field.disabled = true;
  }
  form.requestSubmit();
};
form.querySelector("select[name=sort]").addEventListener("change", submit);

for (const menu of form.querySelectorAll("details.facet")) {
  let changed = false;
  menu.addEventListener("change", () => {
    changed = true;
  });
  menu.addEventListener("toggle", () => {
    if (menu.open) count(menu);
    else if (changed) submit();
  });
}

const count = async (menu) => {
  if (menu.dataset.counted) return;
  menu.dataset.counted = "yes";
  const query = new URLSearchParams(location.search);
  for (const name of ["cursor", "sort", "lang", "theme"]) query.delete(name);
  const answer = await fetch(`/api/v1/facets/${menu.dataset.facet}?${query}`);
  if (!answer.ok) return;
  const { by_value: counts, complete } = await answer.json();
  for (const place of menu.querySelectorAll("[data-value]")) {
    const number = counts[place.dataset.value] ?? 0;
    place.textContent = `${complete ? "" : "≥ "}${number.toLocaleString()}`;
  }
};

const walk = (step) => {
  const at = links.indexOf(document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : links.length - 1) : at + step;
  const link = links[Math.min(Math.max(next, 0), links.length - 1)];
  link?.focus();
  link?.scrollIntoView({ block: "nearest" });
};
const follow = (relation) => document.querySelector(`a[rel=${relation}]`)?.click();
const actions = {
  j: () => walk(1),
  k: () => walk(-1),
  n: () => follow("next"),
  p: () => follow("prev"),
  "/": () => search.select(),
  "?": () => keys.showModal(),
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || keys.open) return;
  if (event.target.matches("input[type=search], select, textarea")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const action = actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});

// The way back from a requirement leads to the list as it was.
sessionStorage.setItem("pool", location.pathname + location.search);
