// The links to the pages. They are there twice, for a wide window and for a phone; the style sheet shows one.

const made = (tag, contents = {}, ...children) => {
  const { dataset = {}, attributes = {}, ...own } = contents
  const element = Object.assign(document.createElement(tag), own)
  Object.assign(element.dataset, dataset)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  element.append(...children)
  return element
}

const link = ({ path, title }) => made("li", {}, made("a", { textContent: title, dataset: { path } }))

const grouped = (groups) => groups.map(({ name, pages }) => {
  const label = made("span", { textContent: name, attributes: { "aria-hidden": "true" } })
  return made("div", { className: "group" }, label,
    made("ul", { attributes: { "aria-label": name } }, ...pages.map(link)))
})

function wide({ groups, words }) {
  return made("nav", { className: "wide", attributes: { "aria-label": words.pages } }, ...grouped(groups))
}

function narrow({ groups, first, words }) {
  const isFirst = ({ path }) => first.includes(path)
  const titles = groups.flatMap(({ pages }) => pages)
  const rest = groups.map((group) => ({ ...group, pages: group.pages.filter((page) => !isFirst(page)) }))
    .filter(({ pages }) => pages.length)
  const nav = made("nav", { className: "narrow", attributes: { "aria-label": words.pages } },
    made("ul", {}, ...titles.filter(isFirst).map(link)))
  if (rest.length) {
    const more = made("details", {}, made("summary", { textContent: words.more }),
      made("div", { className: "more" }, ...grouped(rest)))
    more.addEventListener("focusout", ({ relatedTarget }) => {
      if (!more.contains(relatedTarget)) more.open = false
    })
    more.addEventListener("keydown", ({ key }) => {
      if (key !== "Escape") return
      more.open = false
      more.firstChild.focus()
    })
    nav.append(more)
  }
  return nav
}

function address(path, carried) {
  const to = new URL(path, document.baseURI)
  to.search = new URLSearchParams(carried)
  return to
}

// Where the person is, and what goes along to the other pages.
function point(root, { current, carried }) {
  for (const each of root.querySelectorAll("a[data-path]")) {
    const { path } = each.dataset
    each.href = address(path, carried)
    if (path === current) each.setAttribute("aria-current", "page")
    else each.removeAttribute("aria-current")
  }
}

// In this tab, as a step of the browser's way back; with Ctrl, Shift or another button as the browser does.
function follow(event) {
  const to = event.target.closest("a[data-path]")
  if (!to || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
  event.preventDefault()
  history.pushState({}, "", to.href)
  dispatchEvent(new PopStateEvent("popstate", { state: {} }))
  document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0)
  const more = to.closest("details")
  if (more) more.open = false
}

// The line in a card draws what the chart or the table below it says: to who hears the page it says nothing.
function silence() {
  for (const line of document.querySelectorAll('[data-testid="stMetricChart"]:not([aria-hidden])')) {
    line.setAttribute("aria-hidden", "true")
  }
}

function silenceAll() {
  if (window.twojSilent) return
  window.twojSilent = true
  let isDue = false
  new MutationObserver(() => {
    if (isDue) return
    isDue = true
    requestAnimationFrame(() => {
      isDue = false
      silence()
    })
  }).observe(document.body, { childList: true, subtree: true })
  silence()
}

// The page changes its colours at once where somebody chooses others; the charts have theirs from the server.
function watchTheme() {
  const app = document.querySelector(".stApp")
  const scheme = () => getComputedStyle(app).colorScheme
  let seen = scheme()
  new MutationObserver(() => {
    if (scheme() === seen) return
    seen = scheme()
    window.twojTheme(seen)
  }).observe(app, { attributes: true, attributeFilter: ["class"] })
}

const drawn = new WeakMap()

export default function ({ parentElement: root, data, setTriggerValue }) {
  const contents = JSON.stringify([data.groups, data.first, data.words])
  if (drawn.get(root) !== contents) {
    if (!drawn.has(root)) root.addEventListener("click", follow)
    for (const old of root.querySelectorAll("nav")) old.remove()
    root.append(wide(data), narrow(data))
    drawn.set(root, contents)
  }
  point(root, data)
  silenceAll()
  if (!window.twojTheme) watchTheme()
  window.twojTheme = (theme) => setTriggerValue("theme", theme)
}
