"""Gajim with its own window, of which a script is the user: one JSON object a line in (commands) and out (events).

It is the real application: a real main window, whose entry, actions and settings are used here as by hand. Commands
and their answers are those of tests/interop/client.py.
"""
import json
import os
import sys

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("GtkSource", "4")

from gi.repository import Gio, GLib
from gajim import gajim
from gajim.common import app, ged
from nbxmpp.const import ConnectionProtocol, ConnectionType
from nbxmpp.protocol import JID

ACCOUNT = "recorded"


def tell(event, **fields):
    print(json.dumps({"event": event, **fields}), file=OUT, flush=True)


def module(name):
    return app.get_client(ACCOUNT).get_module(name)


def entry():
    return app.window.get_chat_stack().get_message_input()


def press(action):
    app.window.get_action(action).activate(None)


def do_login(command):
    user, domain = command["jid"].split("@")
    app.settings.set("use_keyring", False)
    app.settings.set("check_for_update", False)
    app.cert_store.add_certificate(Gio.TlsCertificate.new_from_pem(command["certificate"], -1))
    where = (f"127.0.0.1:{command['port']}", ConnectionProtocol.TCP, ConnectionType.START_TLS)
    app.ged.register_event_handler("signed-in", ged.POSTGUI, lambda _: tell("online"))
    app.ged.register_event_handler(
        "subscribe-presence-received", ged.POSTGUI, lambda event: tell("presence", kind="subscribe", sender=event.jid)
    )
    app.ged.register_event_handler(
        "message-received", ged.POSTGUI, lambda event: tell("message", sender=str(event.jid), body=event.msgtxt)
    )
    app.app.create_account(ACCOUNT, user, domain, command["password"], None, where)
    app.app.enable_account(ACCOUNT)


def do_add(command):
    module("Presence").subscribe(command["to"], name=command["name"], auto_auth=True)


def do_accept(command):
    module("Presence").subscribed(command["to"])


def do_presence(command):
    app.get_client(ACCOUNT).change_status(command["show"], command["status"])


def do_open(command):
    app.window.present()
    app.window.add_chat(ACCOUNT, JID.from_string(command["to"]), "contact", select=True)


def do_write(command):
    entry().insert_text(command["text"])


def do_clear(_):
    entry().clear()


def do_send(_):
    press("send-message")


def do_correct(command):
    press("correct-message")
    entry().clear()
    entry().insert_text(command["text"])
    press("send-message")


def do_read(command):
    app.window.mark_as_read(ACCOUNT, JID.from_string(command["to"]))


def do_ask(command):
    name, method = QUESTIONS[command["what"]]
    getattr(module(name), method)(JID.from_string(command["to"]))


QUESTIONS = {
    "version": ("SoftwareVersion", "request_software_version"),
    "time": ("EntityTime", "request_entity_time"),
    "vcard": ("VCardTemp", "request_vcard"),
    "vcard4": ("VCard4", "request_vcard"),
    "items": ("Discovery", "disco_items"),
}


def do_logout(command):
    app.app.start_shutdown(message=command["status"])


def on_command(source, _):
    line = source.readline()
    if not line:
        app.app.quit()
        return False
    command = json.loads(line)
    try:
        globals()[f"do_{command['do']}"](command)
        tell("done", n=command["n"])
    except Exception as error:  # whatever goes wrong is for the scenario to judge
        tell("failed", n=command["n"], why=repr(error))
    return True


# Whatever Gajim prints must not come between the events.
OUT = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
GLib.io_add_watch(sys.stdin, GLib.IO_IN | GLib.IO_HUP, on_command)
sys.argv = ["gajim"]
gajim._set_env_vars()
gajim._init_gui("GTK")
gajim._run_app()
