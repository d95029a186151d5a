"""Makes the repository's Markdown a site: the pages beside docs/ come along, and links to other files of the repository become text."""

import posixpath
import re
from pathlib import Path

from mkdocs.structure.files import File

ROOT = Path(__file__).parent.parent
BESIDE = {"README.md": "project/readme.md", "CONTRIBUTING.md": "project/contributing.md"}
BESIDE |= {"SECURITY.md": "project/security.md", "CHANGELOG.md": "project/changelog.md"}

FENCE = re.compile(r"(^ *```.*?^ *``` *$)", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")
# A list right behind a line of text: GitHub takes it for one.
TIGHT_LIST = re.compile(r"^(?![-|# ])(.+)\n(?=- )", re.MULTILINE)


def on_files(files, config):
    for name, page in BESIDE.items():
        files.append(File.generated(config, page, content=(ROOT / name).read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown, page, config, files):
    source = page.file.src_uri
    at = next((name for name, to in BESIDE.items() if to == source), f"docs/{source}")

    def link(match):
        picture, text, target = match.groups()
        path, _, anchor = target.partition("#")
        if not path or re.match(r"[a-z]+:", target):
            return match[0]
        path = posixpath.normpath(posixpath.join(posixpath.dirname(at), path))
        to = BESIDE.get(path) or (path.removeprefix("docs/") if path.startswith("docs/") else None)
        if to is None:
            return text
        to = posixpath.relpath(to, posixpath.dirname(source) or ".")
        return f"{picture}[{text}]({to}{'#' + anchor if anchor else ''})"

    parts = FENCE.split(markdown)
    parts[::2] = [LINK.sub(link, TIGHT_LIST.sub(r"\1\n\n", part)) for part in parts[::2]]
    return "".join(parts)
