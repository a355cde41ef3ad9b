// The editor: colours, line numbers, problems where they are, checks while typing.
const form = document.querySelector("form[data-editor]");
const field = form.querySelector("textarea[name=text]");
const code = form.querySelector(".code");
const gutter = form.querySelector(".gutter");
const ink = form.querySelector(".ink");
const result = document.getElementById("result");
const button = form.querySelector("[data-check]");
const tryButton = form.querySelector("[data-simulate]");
const unsaved = form.querySelector(".unsaved");
const begun = field.value;

const TOKENS = /(?<comment>(?:^|(?<=\s))#.*$)|(?<string>(?<=^|[\s,[{:])(?:'(?:[^']|'')*'|"(?:[^"\\]|\\.)*"))|(?<key>[\w.-]+(?=:(?:\s|$)))|(?<term>(?<=[\s,[{:]|^)@[\w-]+)/gu;

const span = (kind, text) => {
  const made = document.createElement("span");
  made.className = kind;
  made.textContent = text;
  return made;
};

const colour = (line) => {
  const parts = [];
  let at = 0;
  for (const found of line.matchAll(TOKENS)) {
    const [kind] = Object.entries(found.groups).find(([, text]) => text !== undefined);
    parts.push(line.slice(at, found.index), span(kind, found[0]));
    at = found.index + found[0].length;
  }
  return [...parts, line.slice(at)];
};

const underline = (line, column) => {
  const characters = [...line];
  const start = characters.slice(0, column - 1).join("");
  const rest = characters.slice(column - 1).join("");
  const [word] = rest.match(/^[^\s,}\]]+/u) ?? [""];
  return [...colour(start), span("wrong", word), ...colour(rest.slice(word.length))];
};

const findProblems = () =>
  new Map(
    [...result.querySelectorAll(".problems li[data-file=draft]")]
      .reverse()
      .map((item) => [Number(item.dataset.line), item]),
  );

const draw = () => {
  const problems = findProblems();
  const lines = field.value.split("\n");
  const rows = lines.map((line, index) => {
    const row = span("line", "");
    const problem = problems.get(index + 1);
    row.append(
      ...(problem ? underline(line, Number(problem.dataset.column)) : colour(line)),
    );
    if (problem) {
      row.classList.add("is-wrong");
      row.append(span("note", problem.querySelector(".message").textContent));
    }
    return row;
  });
  ink.replaceChildren(...rows);
  gutter.replaceChildren(
    ...lines.map((_, index) => {
      const number = document.createElement("b");
      number.textContent = index + 1;
      number.classList.toggle("is-wrong", problems.has(index + 1));
      return number;
    }),
  );
  code.classList.add("is-inked");
  unsaved.hidden = field.value === begun;
};

let asked = 0;
const askFor = async (address, pressed, place) => {
  const label = pressed.dataset.label ?? pressed.textContent;
  pressed.dataset.label = label;
  pressed.textContent = pressed.dataset.busy;
  const mine = ++asked;
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "reqpool-part": "result" },
      body: new URLSearchParams(new FormData(form)),
    });
    if (!answer.ok || (place === result && mine !== asked)) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    place.replaceChildren(...page.body.childNodes);
    draw();
  } finally {
    pressed.textContent = label;
  }
};
const check = () => askFor("/rules/check", button, result);

let timer = 0;
const checkSoon = () => {
  clearTimeout(timer);
  timer = setTimeout(check, 500);
};

const goTo = (item) => {
  const lines = field.value.split("\n").slice(0, Number(item.dataset.line));
  const last = [...(lines.pop() ?? "")];
  const before = lines.reduce((sum, line) => sum + line.length + 1, 0);
  const at = before + last.slice(0, Number(item.dataset.column) - 1).join("").length;
  field.focus({ preventScroll: true });
  field.setSelectionRange(at, at);
  ink.children[Number(item.dataset.line) - 1]?.scrollIntoView({ block: "center", inline: "nearest" });
};

result.addEventListener("click", (event) => {
  const item = event.target.closest(".problems li[data-file=draft]");
  if (!item || !event.target.closest(".spot")) return;
  event.preventDefault();
  goTo(item);
});

const goToNext = () => {
  const line = field.value.slice(0, field.selectionStart).split("\n").length;
  const all = [...findProblems().values()].sort((a, b) => a.dataset.line - b.dataset.line);
  const next = all.find((item) => Number(item.dataset.line) > line) ?? all[0];
  if (next) goTo(next);
};

form.addEventListener("keydown", (event) => {
  if (event.key === "F8") goToNext();
  else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) check();
  else return;
  event.preventDefault();
});
form.addEventListener("submit", (event) => {
  const isTry = event.submitter === tryButton;
  leaving = event.submitter !== button && !isTry;
  if (leaving) return;
  event.preventDefault();
  if (isTry) askFor("/rules/simulate", tryButton, document.getElementById("simulation"));
  else check();
});
field.addEventListener("input", () => {
  draw();
  checkSoon();
});
let leaving = false;
addEventListener("beforeunload", (event) => {
  if (field.value !== begun && !leaving) event.preventDefault();
});
draw();

// How far the pool is decided again; the page is fetched anew when it is done.
const progress = document.getElementById("progress");
const follow = async () => {
  const answer = await fetch("/api/v1/rules/progress");
  if (!answer.ok) return;
  const { done, total, left } = await answer.json();
  const count = progress.querySelector(".count");
  const words = count.dataset.template;
  count.textContent = words.replace("{done}", done).replace("{total}", total);
  progress.querySelector("progress").value = done;
  if (left) setTimeout(follow, 1000);
  else if (field.value === begun) setTimeout(() => location.assign(location.pathname + location.search), 1500);
  else progress.hidden = true;
};
if (!progress.hidden) follow();
