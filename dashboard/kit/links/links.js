// Links in the cells of tables (dashboard/core/cell_links.py) open in this tab, as all other links of the pages do.
// Streamlit opens each in a new one. With Ctrl, Shift or the command key they still do.
// So do the labels of cards (dashboard/kit/cards.py), whose links take the whole card.
// Points of charts (dashboard/kit/charts.py) open in the same way. Streamlit's own selection tells the server nothing
// of a heat map, leaves a step of its own on the browser's way back to another page, and lets a finger pan.

const OURS = "\ue000"
const CARRIED = ["period", "compare"]

const DAY = /^period=(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)$/
const DRAGGED_PX = 8
const PATIENCE_MS = 5000
const TAP_MS = 500

const apart = (event) => event && (event.ctrlKey || event.metaKey || event.shiftKey || event.button === 1)

// Where a cell leads, if anywhere.
function target(cell) {
  const hidden = cell.slice(cell.indexOf(OURS, 1) + 1)
  if (!hidden) return null
  return url(hidden.replace(/[\ue000-\ue07f]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) - 0xe000)))
}

// Where the first of a chart's points that leads anywhere does.
function targetOf(plot, points) {
  const page = plot.closest('[class*="st-key-opens-"]')?.className.match(/st-key-opens-([a-z]+)-/)[1]
  for (const { data, pointNumber } of page ? points : []) {
    const query = Array.isArray(pointNumber)
      ? pointNumber.map((place, side) => data.meta[side][place]).filter(Boolean).join("&")
      : data.meta?.[pointNumber]
    // The Overview's own address is "/": by its name Streamlit leaves a second step on the way back.
    const to = query && url(`${page === "overview" ? "." : page}?${query}`)
    if (to && said(to) !== said(location)) return to
  }
  return null
}

const said = ({ pathname, search }) => [pathname, ...[...new URLSearchParams(search)].map(String).sort()].join("&")

// An address of the pages: what this page shows goes along to itself, and its period to other pages.
function url(address) {
  const to = new URL(address, document.baseURI)
  const same = to.pathname === location.pathname
  const query = new URLSearchParams()
  for (const [name, value] of new URLSearchParams(location.search)) {
    const goesAlong = CARRIED.includes(name) || (same && name !== "round")
    if (goesAlong && !to.searchParams.has(name)) query.append(name, value)
  }
  for (const [name, value] of to.searchParams) query.append(name, value)
  to.search = query
  return to
}

function follow(to) {
  if (!to) return
  const beside = to.pathname === location.pathname && to.searchParams.has("round")
  history.pushState({}, "", to)
  // As the browser's own way back: the page that runs already shows what the address says.
  dispatchEvent(new PopStateEvent("popstate", { state: {} }))
  if (!beside) document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0)
}

// The days that a chart has along its horizontal axis, each as the period that its point leads to.
const days = (chart) => {
  if (chart?._fullLayout?.xaxis?.type !== "category") return []
  const { meta } = chart.data.find(({ meta }) => meta?.flat().some((to) => DAY.test(to))) ?? {}
  return (Array.isArray(meta?.[1]) ? meta[1] : meta ?? []).map((to) => to.match(DAY))
}

let isDragged = false

// Over days a mouse may be dragged: those that it went over become the period. A finger moves the page.
function dragOver(chart, from) {
  const { left, top, height } = chart.querySelector(".nsewdrag").getBoundingClientRect()
  const axis = chart._fullLayout.xaxis
  const place = (x) => Math.min(Math.max(Math.round(axis.p2c(x - left)), 0), days(chart).length - 1)
  const band = document.createElement("div")
  band.className = "dragged"
  const move = ({ clientX }) => {
    if (Math.abs(clientX - from) < DRAGGED_PX) return
    const start = Math.min(Math.max(Math.min(from, clientX), left), left + axis._length)
    const end = Math.max(Math.min(Math.max(from, clientX), left + axis._length), left)
    Object.assign(band.style, { left: `${start}px`, top: `${top}px`, width: `${end - start}px`, height: `${height}px` })
    document.body.append(band)
    isDragged = true
  }
  const end = ({ type, clientX }) => {
    document.removeEventListener("pointermove", move, true)
    for (const name of ["pointerup", "pointercancel"]) document.removeEventListener(name, end, true)
    if (!band.isConnected) return
    band.remove()
    const over = days(chart).slice(...[place(from), place(clientX)].sort((a, b) => a - b).map((n, side) => n + side))
    const known = over.filter(Boolean)
    if (type === "pointerup" && known.length) {
      follow(url(`${location.pathname}?period=${known[0][1]}..${known.at(-1)[2]}`))
    }
  }
  document.addEventListener("pointermove", move, true)
  for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, end, true)
}

// Who goes back finds the page where they left it: it scrolls inside, of which a browser keeps nothing. It grows
// while it is drawn, and until somebody moves it themselves.
function keepPlaces() {
  const left = new Map()
  let wanted = null
  const main = () => document.querySelector('[data-testid="stMain"]')
  document.addEventListener("scroll", ({ target }) => {
    if (wanted === null && target === main()) left.set(location.href, target.scrollTop)
  }, true)
  const restore = () => {
    if (wanted === null) return
    main()?.scrollTo(0, wanted.top)
    if (performance.now() > wanted.until) wanted = null
    else requestAnimationFrame(restore)
  }
  addEventListener("popstate", ({ isTrusted }) => {
    const top = left.get(location.href)
    if (!isTrusted || top === undefined) return
    const isGoing = wanted !== null
    wanted = { top, until: performance.now() + PATIENCE_MS }
    if (!isGoing) restore()
  })
  const stop = () => { wanted = null }
  for (const name of ["wheel", "pointerdown", "keydown"]) addEventListener(name, stop, true)
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
  const openApart = (to) => to && open(to, "_blank", "noopener,noreferrer")
  window.open = (href, ...how) => {
    if (typeof href !== "string" || !href.startsWith(OURS)) return open(href, ...how)
    if (apart(window.event)) return openApart(target(href))
    follow(target(href))
    return null
  }
  document.addEventListener("keydown", (event) => {
    const link = shown()
    if (event.key === "Enter" && link && event.target.closest?.("#portal")) follow(target(link.getAttribute("href")))
  }, true)
  // The table finds a link under a finger only where it has drawn it as pointed at before.
  document.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "touch" || !event.target.closest?.('[data-testid="stDataFrame"]')) return
    const { clientX, clientY } = event
    event.target.dispatchEvent(new PointerEvent("pointermove", { bubbles: true, clientX, clientY }))
  }, true)
  // The click of a finger comes after its tap: by then what the chart led to lies under it, scrolled to the top.
  let tappedAt = -TAP_MS
  const clicked = (event) => {
    if (performance.now() - tappedAt < TAP_MS) {
      event.preventDefault()
      event.stopPropagation()
      return
    }
    const link = event.target.closest?.('a.gdg-link-area, [data-testid="stMetricLabel"] a')
    const isCard = link && !link.matches(".gdg-link-area")
    if (!link || (!isCard && link !== shown()) || event.button === 2) return
    event.preventDefault()
    const to = isCard ? url(link.getAttribute("href")) : target(link.getAttribute("href"))
    if (apart(event)) openApart(to)
    else follow(to)
  }
  document.addEventListener("click", clicked, true)
  document.addEventListener("auxclick", clicked, true)
  // A chart forgets who listens when it is drawn anew: it is told as the pointer comes.
  const listeners = new WeakMap()
  const listenTo = (chart) => ({
    plotly_click({ points, event }) {
      if (isDragged) return
      const to = targetOf(chart, points)
      chart.removeAttribute("data-leads")
      if (apart(event)) openApart(to)
      else if (to) {
        tappedAt = performance.now()
        follow(to)
      }
    },
    plotly_hover: ({ points }) => chart.toggleAttribute("data-leads", targetOf(chart, points) !== null),
    plotly_unhover: () => chart.removeAttribute("data-leads"),
  })
  const come = (event) => {
    const chart = event.target.closest?.('[class*="st-key-opens-"] .js-plotly-plot')
    if (!chart?.on) return
    if (!listeners.has(chart)) listeners.set(chart, listenTo(chart))
    for (const [name, listener] of Object.entries(listeners.get(chart))) {
      chart.removeListener(name, listener)
      chart.on(name, listener)
    }
  }
  document.addEventListener("pointerover", come, true)
  document.addEventListener("pointerdown", come, true)
  document.addEventListener("pointerdown", (event) => {
    isDragged = false
    const chart = event.target.closest?.(".nsewdrag")?.closest(".js-plotly-plot")
    if (event.pointerType !== "touch" && event.button === 0 && !apart(event) && days(chart).length > 1) {
      dragOver(chart, event.clientX)
    }
  }, true)
  keepPlaces()
}
