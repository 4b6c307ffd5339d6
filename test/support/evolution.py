"""Drives Evolution's data server: one JSON request a line comes in, one JSON answer a line goes out.

The account is a collection source, which lets the server be discovered from its bare origin as in
Evolution's own wizard. The password goes through the keyring of the D-Bus session.
"""
import json
import os
import sys
import time

import gi

for name, version in (
    ("EDataServer", "1.2"),
    ("ECal", "2.0"),
    ("EBook", "1.2"),
    ("EBookContacts", "1.2"),
    ("ICalGLib", "3.0"),
):
    gi.require_version(name, version)
from gi.repository import EBook, EBookContacts, ECal, EDataServer, GLib, ICalGLib  # noqa: E402

PATIENCE = 30  # seconds
NO_WAIT = 0xFFFFFFFF  # connect_sync would wait without seeing that it has what it waits for
ACCOUNT = "pushdav"
NO_FLAGS = ECal.OperationFlags.NONE
CONNECTED = EDataServer.SourceConnectionStatus.CONNECTED
EVERY_INSTANCE = ECal.ObjModType.ALL


def until(find):
    """What `find` finds, as soon as it finds something; None when patience ends."""
    context = GLib.MainContext.default()
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        while context.pending():
            context.iteration(False)
        found = find()
        if found:
            return found
        time.sleep(0.1)
    return None


class Objects:
    """The events or tasks of a calendar."""

    def __init__(self, source, kind):
        self.client = ECal.Client.connect_sync(source, kind, NO_WAIT, None)

    def create(self, text):
        component = ICalGLib.Component.new_from_string(text)
        return self.client.create_object_sync(component, NO_FLAGS, None).out_uid

    def rename(self, uid, name):
        _, component = self.client.get_object_sync(uid, None, None)
        component.set_summary(name)
        return self.client.modify_object_sync(component, EVERY_INSTANCE, NO_FLAGS, None)

    def remove(self, uid):
        return self.client.remove_object_sync(uid, None, EVERY_INSTANCE, NO_FLAGS, None)

    def names(self):
        return [found.get_summary() for found in self.client.get_object_list_sync("#t", None)[1]]


class Cards:
    """The contacts of an address book."""

    def __init__(self, source, _kind):
        self.client = EBook.BookClient.connect_sync(source, NO_WAIT, None)

    def create(self, text):
        contact = EBookContacts.Contact.new_from_vcard(text)
        return self.client.add_contact_sync(contact, 0, None).out_added_uid

    def rename(self, uid, name):
        _, contact = self.client.get_contact_sync(uid, None)
        contact.set_property("full-name", name)
        return self.client.modify_contact_sync(contact, 0, None)

    def remove(self, uid):
        return self.client.remove_contact_by_uid_sync(uid, 0, None)

    def names(self):
        everyone = '(contains "x-evolution-any-field" "")'
        _, contacts = self.client.get_contacts_sync(everyone, None)
        return [contact.get_property("full-name") for contact in contacts]


KINDS = {
    "calendar": ("Calendar", Objects, ECal.ClientSourceType.EVENTS),
    "tasks": ("Task List", Objects, ECal.ClientSourceType.TASKS),
    "addressbook": ("Address Book", Cards, None),
}


def connect():
    """Opens what the account discovers: a client for each of KINDS by its name."""
    registry = EDataServer.SourceRegistry.new_sync(None)
    account = registry.ref_source(ACCOUNT)
    account.store_password_sync(os.environ["PUSHDAV_PASSWORD"], False, None)
    registry.refresh_backend_sync(ACCOUNT, None)

    def source_of(name, extension):
        for source in registry.list_sources(extension):
            if source.get_parent() != ACCOUNT:
                continue
            path = source.get_extension("WebDAV Backend").get_resource_path()
            if path.endswith(f"/{name}/"):
                return source
        return None

    clients = {}
    for name, (extension, client, kind) in KINDS.items():
        source = until(lambda: source_of(name, extension))
        clients[name] = client(source, kind)
        until(lambda: source.get_connection_status() == CONNECTED)
    return clients


def refreshed_names(client, expected):
    """The names in a collection, as soon as they are those expected or patience ends."""
    last_refresh = 0

    def look():
        nonlocal last_refresh
        if time.monotonic() - last_refresh > 2:
            client.client.refresh_sync(None)
            last_refresh = time.monotonic()
        return sorted(client.names()) == expected

    until(look)
    return sorted(client.names())


def answer(clients, request):
    client = clients[request["collection"]]
    arguments = request["arguments"]
    if request["do"] == "names":
        return refreshed_names(client, arguments[0])
    return getattr(client, request["do"])(*arguments)


opened = connect()
print(json.dumps(sorted(opened)), flush=True)
for line in sys.stdin:
    try:
        print(json.dumps(answer(opened, json.loads(line))), flush=True)
    except GLib.Error as error:
        print(json.dumps({"error": error.message}), flush=True)
