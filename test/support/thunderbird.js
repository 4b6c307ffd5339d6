/* Runs inside Thunderbird (see thunderbird.ts); `Services`, `Ci` and `ChromeUtils` are there. */
globalThis.thunderbird = (() => {
  const load = (path) => ChromeUtils.importESModule(`resource:///modules/${path}.sys.mjs`);
  const { cal } = load("calendar/calUtils");
  const { CalEvent } = load("CalEvent");
  const { CalTodo } = load("CalTodo");
  const { CardDAVUtils } = load("CardDAVUtils");
  const { CardDAVDirectory } = load("CardDAVDirectory");
  const { VCardUtils } = load("VCardUtils");
  const { MailServices } = load("MailServices");

  const byText = (a, b) => (a < b ? -1 : 1);
  const calendarNamed = (name) => cal.manager.getCalendars().find((each) => each.name === name);
  const bookNamed = (name) => MailServices.ab.directories.find((each) => each.dirName === name);

  const calendars = (calendar) => ({
    async synchronize() {
      const nothing = () => {};
      const others = ["StartBatch", "EndBatch", "AddItem", "ModifyItem", "DeleteItem", "Error"];
      const more = [...others, "PropertyChanged", "PropertyDeleting"];
      const observer = Object.fromEntries(more.map((name) => [`on${name}`, nothing]));
      observer.QueryInterface = ChromeUtils.generateQI(["calIObserver"]);
      const loaded = new Promise((resolve) => (observer.onLoad = resolve));
      calendar.addObserver(observer);
      calendar.refresh();
      // Thunderbird may be at it already and say nothing more; whoever asks looks again then.
      const late = new Promise((resolve) => window.setTimeout(resolve, 5000));
      await Promise.race([loaded, late]);
      calendar.removeObserver(observer);
    },
    all: () => calendar.getItemsAsArray(Ci.calICalendar.ITEM_FILTER_ALL_ITEMS, 0, null, null),
    nameOf: (item) => item.title,
    create: (text) =>
      calendar.addItem(text.includes("BEGIN:VTODO") ? new CalTodo(text) : new CalEvent(text)),
    rename(item, name) {
      const changed = item.clone();
      changed.title = name;
      return calendar.modifyItem(changed, item);
    },
    remove: (item) => calendar.deleteItem(item),
  });

  const books = (book) => ({
    synchronize: () => CardDAVDirectory.forFile(book.fileName).syncWithServer(),
    all: async () => book.childCards,
    nameOf: (card) => card.displayName,
    create: (text) => void book.addCard(VCardUtils.vCardToAbCard(text)),
    rename(card, name) {
      card.vCardProperties.getFirstEntry("fn").value = name;
      book.modifyCard(card);
    },
    remove: (card) => void book.deleteCards([card]),
  });

  const open = (name) =>
    calendarNamed(name) ? calendars(calendarNamed(name)) : books(bookNamed(name));

  async function find(collection, name) {
    const items = await collection.all();
    const found = items.find((each) => collection.nameOf(each) === name);
    if (!found) throw new Error(`${name} is not among ${items.map(collection.nameOf)}`);
    return found;
  }

  return {
    async setUp(url, user, password) {
      const { origin } = new URL(url);
      const login = Cc["@mozilla.org/login-manager/loginInfo;1"].createInstance(Ci.nsILoginInfo);
      login.init(origin, null, "pushdav", user, password, "", "");
      await Services.logins.addLoginAsync(login);
      const detected = await cal.provider.detection.detect(user, password, url, true, [], {});
      const found = [...detected.values()].flat();
      for (const calendar of found) cal.manager.registerCalendar(calendar);
      const cards = await CardDAVUtils.detectAddressBooks(user, password, url, false, true);
      for (const book of cards) await book.create();
      return {
        calendars: found.map(({ name }) => name).toSorted(byText),
        addressBooks: cards.map(({ name }) => name),
      };
    },
    create: async (name, text) => void (await open(name).create(text)),
    async rename(name, from, to) {
      const collection = open(name);
      await collection.rename(await find(collection, from), to);
    },
    async remove(name, of) {
      const collection = open(name);
      await collection.remove(await find(collection, of));
    },
    async names(name) {
      const collection = open(name);
      await collection.synchronize();
      return (await collection.all()).map(collection.nameOf).toSorted(byText);
    },
  };
})();
