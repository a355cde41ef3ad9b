"""A person with a browser at a tracker's page: forms are read, filled and sent.

Standard library and httpx only: the check knows nothing but web addresses.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx


@dataclass
class Form:
    """A form as a browser holds it.

    Attributes:
        action: where it is sent; empty for the page's own address.
        fields: what would be sent now.
        options: of each select, the value by its words.
    """

    action: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    options: dict[str, dict[str, str]] = field(default_factory=dict)


class _Page(HTMLParser):
    """Collects the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._area = self._select = ""
        self._option: tuple[str | None, bool] | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(told.get("action", "")))
        elif self.forms:
            self._start_field(tag, told)

    def _start_field(self, tag: str, told: dict[str, str]) -> None:
        self._text = ""
        match tag:
            case "input" if "name" in told:
                self.forms[-1].fields[told["name"]] = told.get("value", "")
            case "textarea":
                self._area = told["name"]
            case "select":
                self._select = told["name"]
                self.forms[-1].options[self._select] = {}
            case "option":
                self._option = (told.get("value"), "selected" in told)
            case _:
                pass

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        match tag:
            case "textarea":
                self.forms[-1].fields[self._area] = self._text
            case "option" if self._option is not None:
                self._end_option(*self._option)
            case _:
                pass

    def _end_option(self, value: str | None, is_selected: bool) -> None:
        form, words = self.forms[-1], self._text.strip()
        known = words if value is None else value
        form.options[self._select][words] = known
        if is_selected or self._select not in form.fields:
            form.fields[self._select] = known


class Person:
    """Somebody who works in a tracker.

    Args:
        tracker: its address.
        name: as the page's list of people has it.
    """

    def __init__(self, tracker: str, name: str) -> None:
        self.name = name
        self._client = httpx.Client(
            base_url=tracker, trust_env=False, timeout=20, follow_redirects=True
        )
        self._sign_in()

    def close(self) -> None:
        """Close the browser."""
        self._client.close()

    def _sign_in(self) -> None:
        form = self._open("/", "person")
        people = form.options["person"]
        if self.name not in people:
            raise LookupError(f"nobody is called {self.name}, only {', '.join(people)}")
        self._send("/", form, person=people[self.name])

    def create(self, title: str, description: str, **filled: str) -> str:
        """Raise an issue; answers the path of its page."""
        form = self._open("/_new", "title")
        texts = {"title": title, "description": description}
        answer = self._send("/_new", form, **texts, **filled)
        return urlsplit(str(answer.url)).path

    def edit(self, path: str, **changed: str) -> None:
        """Change what is named and leave the rest as the form has it."""
        self._send(path, self._open(path, "title"), **changed)

    def look(self, path: str) -> dict[str, str]:
        """What the tracker shows: title, description, labels, priority."""
        return self._open(path, "title").fields

    def labels(self, path: str) -> set[str]:
        """The labels that an issue has now."""
        shown = self.look(path)["labels"].split(",")
        return {label.strip() for label in shown if label.strip()}

    def _open(self, path: str, with_field: str) -> Form:
        answer = self._client.get(path).raise_for_status()
        page = _Page()
        page.feed(answer.text)
        for form in page.forms:
            if with_field in form.fields:
                return form
        raise LookupError(f"{path} has no form with {with_field}")

    def _send(self, path: str, form: Form, **changed: str) -> httpx.Response:
        address = urljoin(path, form.action) if form.action else path
        answer = self._client.post(address, data=form.fields | changed)
        return answer.raise_for_status()
