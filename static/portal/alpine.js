// What the theme's templates ask of the global scope, given to Alpine's CSP build by name: it evaluates no code and sees no globals.
const JQUERY_INIT = '[x-init^="const $ = django.jQuery"]';

// Selects in forms with conditional fields carry code in x-init; what it does is to tell x-model of a choice that select2 made.
function tellOfChoices(scope) {
  const selects = [...scope.querySelectorAll(JQUERY_INIT)];
  for (const template of scope.querySelectorAll("template")) tellOfChoices(template.content);
  for (const select of selects) {
    select.removeAttribute("x-init");
    django.jQuery(select).on("change", (event) => {
      if (!event.originalEvent) select.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
}

document.addEventListener("alpine:init", () => {
  tellOfChoices(document);
  const stored = (name) => localStorage.getItem(name);

  Alpine.data("theme", (fallback = "auto") => theme(fallback));
  Alpine.data("searchForm", () => searchForm());
  Alpine.data("searchDropdown", () => searchDropdown());

  Alpine.data("portalBody", () => ({
    activeTab: "",
    sidebarMobileOpen: false,
    sidebarDesktopOpen: stored("sidebarDesktopOpen") !== "0",
    // The change form puts the open tab into its action with `window.location`.
    window: {
      location: {
        get pathname() {
          return location.pathname;
        },
        get search() {
          return location.search;
        },
      },
    },
    sortRecords: (event) => sortRecords(event),
    moveRecords: (event) => moveRecords(event),
    init() {
      this.activeTab = getCurrentTab() || this.$el.dataset.activeTab || "";
      this.$watch("sidebarDesktopOpen", (open) => localStorage.setItem("sidebarDesktopOpen", open ? "1" : "0"));
      this.$watch("sidebarMobileOpen", (open) => this.$el.classList.toggle("overflow-hidden", open));
    },
  }));

  Alpine.data("searchCommand", () => {
    const command = searchCommand();
    return {
      ...command,
      handleShortcut(event) {
        const isShortcut = event.key.toLowerCase() === "k" && (event.metaKey || event.ctrlKey) && !event.altKey && !event.shiftKey;
        if (isShortcut && !this.openCommandResults) {
          event.preventDefault();
          this.handleOpen();
        }
      },
      handleOutsideClick() {
        if (this.openCommandResults) command.handleOutsideClick.call(this);
      },
      handleContentLoaded(event) {
        command.handleContentLoaded.call(this, event);
        if (this.hasResults && this.currentIndex === 0) this.currentIndex = 1;
      },
      selectItem(addHistory, openInNewTab = false) {
        if (this.hasResults) this.currentIndex = Math.max(this.currentIndex, 1);
        if (!this.items?.[this.currentIndex - 1]) return;
        command.selectItem.call(this, addHistory, openInNewTab);
      },
    };
  });

  Alpine.data("arrayWidget", () => ({
    items: [],
    add() {
      this.items.push({ key: crypto.randomUUID() });
    },
    remove(index) {
      this.items.splice(index, 1);
    },
    removeRow() {
      this.$el.parentElement.remove();
    },
    // A row that was added bears the formset's pattern until it takes the name of its neighbours.
    nameRow() {
      const input = this.$el.querySelector("input, select, textarea");
      const sibling = this.$el.parentElement.querySelector("input, select, textarea");
      if (input.name.includes("__prefix__")) input.name = sibling.name;
    },
  }));
});
