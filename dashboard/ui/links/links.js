// Links in the cells of tables (dashboard/cell_links.py) open in this tab, as all other links of the pages do.
// Streamlit opens each in a new one. With Ctrl, Shift or the command key they still do.

const OURS = "~"

const apart = (event) => event && (event.ctrlKey || event.metaKey || event.shiftKey || event.button === 1)

function follow(href) {
  const to = new URL(href, document.baseURI)
  const beside = to.pathname === location.pathname && to.searchParams.has("round")
  history.pushState({}, "", to)
  // As the browser's own way back: the page that runs already shows what the address says.
  dispatchEvent(new PopStateEvent("popstate", { state: {} }))
  if (!beside) document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0)
}

// By keyboard, Enter on a cell shows its link, and Enter again follows it.
const shown = () => {
  const link = document.querySelector("#portal .gdg-link-area")
  return link?.getAttribute("href")?.startsWith(OURS) ? link : null
}

export default function () {
  if (window.twojLinks) return
  window.twojLinks = true
  const open = window.open.bind(window)
  window.open = (href, ...how) => {
    if (typeof href !== "string" || !href.startsWith(OURS) || apart(window.event)) return open(href, ...how)
    follow(href)
    return null
  }
  document.addEventListener("keydown", (event) => {
    const link = shown()
    if (event.key === "Enter" && link && event.target.closest?.("#portal")) follow(link.getAttribute("href"))
  }, true)
  // The table finds a link under a finger only where it has drawn it as pointed at before.
  document.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "touch" || !event.target.closest?.('[data-testid="stDataFrame"]')) return
    const { clientX, clientY } = event
    event.target.dispatchEvent(new PointerEvent("pointermove", { bubbles: true, clientX, clientY }))
  }, true)
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a.gdg-link-area")
    if (!link || link !== shown() || apart(event)) return
    event.preventDefault()
    follow(link.getAttribute("href"))
  }, true)
}
