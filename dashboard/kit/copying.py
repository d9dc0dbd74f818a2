"""Buttons that put the page's link, or an id, into the clipboard."""

from typing import Final

import streamlit as st

from dashboard.core.text import text

# Where a page came without TLS, browsers offer no clipboard but that of what is selected.
_SCRIPT: Final = """
async function copy(text, root) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  const field = Object.assign(document.createElement("textarea"), { value: text })
  root.append(field)
  field.select()
  const isCopied = document.execCommand("copy")
  field.remove()
  if (!isCopied) throw new Error("not copied")
}

export default function ({ parentElement: root, data }) {
  const button = root.querySelector("button") ?? document.createElement("button")
  if (!button.isConnected) root.append(button)
  Object.assign(button, { type: "button", className: "copy", textContent: data.label })
  button.setAttribute("aria-live", "polite")
  button.onclick = async () => {
    try {
      await copy(data.what ?? location.href, root)
      button.textContent = data.done
    } catch {
      button.textContent = data.failed
    }
    setTimeout(() => { button.textContent = data.label }, 2000)
  }
}
"""
_component = st.components.v2.component("copy_button", js=_SCRIPT, isolate_styles=False)


def render_link() -> None:
    """Draw the button that copies the address of what is shown."""
    _render("link", text("Copy link"), None)


def render_id(name: str, value: str | int) -> None:
    """Draw the button that copies an id, by its name in addresses."""
    _render(name, text("Copy {name}", name=name), str(value))


def _render(key: str, label: str, what: str | None) -> None:
    _component(
        key=f"copy-{key}",
        data={"label": label, "what": what, "done": text("Copied"), "failed": text("Not copied")},
        width="content",
    )
