"""A scriptable XMPP client on slixmpp: one JSON object a line in (commands) and out (events).

Commands: {"do": NAME, "n": NUMBER, ...}; each is answered by {"event": "done", "n": NUMBER, ...} or
{"event": "failed", "n": NUMBER, "why": ...}. What arrives unasked is an event of its own.
"""
import asyncio
import json
import ssl
import sys
import xml.etree.ElementTree as ET

import slixmpp
from slixmpp.exceptions import IqError, IqTimeout
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

IQ_TIMEOUT_S = 20
PLUGINS = (
    "xep_0030", "xep_0045", "xep_0092", "xep_0199", "xep_0184", "xep_0202", "xep_0203", "xep_0308", "xep_0333",
    "xep_0359", "xep_0424", "xep_0444", "xep_0461",
)
EVENTS = sys.stdout
# What a plugin prints by itself is no event.
sys.stdout = sys.stderr


def tell(event, **fields):
    print(json.dumps({"event": event, **fields}), file=EVENTS, flush=True)


def local(tag):
    return tag.rpartition("}")[2]


class Client(slixmpp.ClientXMPP):
    def __init__(self, command):
        super().__init__(command["jid"], command["password"], sasl_mech=command.get("mechanism"))
        # The test decides on every subscription itself.
        self.auto_authorize = None
        self.auto_subscribe = False
        self.use_origin_id = True
        for plugin in PLUGINS:
            self.register_plugin(plugin)
        if command.get("ca"):
            self.ca_certs = command["ca"]
        else:
            self.ssl_context.check_hostname = False
            self.ssl_context.verify_mode = ssl.CERT_NONE
        self.add_event_handler("session_start", self.on_session)
        self.add_event_handler("failed_auth", lambda failure: tell("refused", condition=failure["condition"]))
        self.add_event_handler("failed_all_auth", lambda _: tell("rejected"))
        self.add_event_handler("message", self.on_message)
        self.add_event_handler("message_error", self.on_message)
        self.register_handler(Callback("any message", MatchXPath("{jabber:client}message"), self.on_any))
        self.add_event_handler("receipt_received", self.on_receipt)
        self.add_event_handler("presence", self.on_presence)
        self.add_event_handler("groupchat_presence", self.on_occupant)
        self.add_event_handler("roster_update", self.on_roster)
        self.add_event_handler("stream_error", lambda error: tell("stream_error", condition=error["condition"]))
        self.add_event_handler("disconnected", lambda _: tell("disconnected"))

    def on_session(self, _):
        secured = self.transport.get_extra_info("ssl_object")
        tell(
            "online",
            jid=str(self.boundjid),
            tls=None if secured is None else secured.version(),
            mechanism=self["feature_mechanisms"].mech.name,
        )

    def on_message(self, message):
        self.tell_message("message", message)

    def on_any(self, message):
        """A message without a body is none to slixmpp."""
        if message.xml.find("{jabber:client}body") is None:
            self.tell_message("signal", message)

    def tell_message(self, event, message):
        delay = message.xml.find("{urn:xmpp:delay}delay")
        replace = message.xml.find("{urn:xmpp:message-correct:0}replace")
        tell(
            event,
            sender=str(message["from"]),
            kind=message["type"],
            id=message["id"],
            body=message["body"],
            delay=None if delay is None else delay.get("stamp"),
            about=None if replace is None else replace.get("id"),
            condition=message["error"]["condition"] if message["type"] == "error" else None,
            ids={local(child.tag): child.get("id") for child in message.xml if child.get("id") is not None},
            archived=self.archived(message),
        )

    @staticmethod
    def archived(message):
        """The ids of the message that an archive forwards (XEP-0313), if it is one."""
        inner = message.xml.find("{urn:xmpp:mam:2}result/{urn:xmpp:forward:0}forwarded/{jabber:client}message")
        if inner is None:
            return None
        named = {local(child.tag): child.get("id") for child in inner if child.get("id") is not None}
        return {"message": inner.get("id"), **named}

    def on_receipt(self, message):
        tell("receipt", sender=str(message["from"]), about=message["receipt"])

    def on_presence(self, presence):
        tell(
            "presence",
            sender=str(presence["from"]),
            kind=presence.xml.get("type", "available"),
            show=presence.xml.findtext("{jabber:client}show", ""),
            status=presence["status"],
            priority=presence["priority"],
        )

    def on_occupant(self, presence):
        """In a room, whose presence is no one else's."""
        tell(
            "occupant",
            sender=str(presence["from"]),
            kind=presence.xml.get("type", "available"),
            role=presence["muc"].get_role(),
        )

    def on_roster(self, iq):
        if iq["type"] == "set":
            tell(
                "roster",
                items=[
                    {name: item.get(name) for name in ("jid", "subscription", "ask", "name")}
                    for item in iq.xml.iter("{jabber:iq:roster}item")
                ],
            )

    async def do_roster(self, command):
        # With roster versioning the answer may be empty: what counts is the roster that the client now has.
        await self.get_roster(timeout=IQ_TIMEOUT_S)
        return {
            "items": [
                {"jid": jid, "subscription": self.client_roster[jid]["subscription"],
                 "name": self.client_roster[jid]["name"]}
                for jid in self.client_roster
            ]
        }

    async def do_add(self, command):
        await self.update_roster(command["to"], name=command.get("name"), groups=command.get("groups", []),
                                 timeout=IQ_TIMEOUT_S)
        return {}

    async def do_presence(self, command):
        self.send_presence(pto=command.get("to"), ptype=command.get("kind"), pshow=command.get("show"),
                           pstatus=command.get("status"), ppriority=command.get("priority"))
        return {}

    async def do_message(self, command):
        message = self.make_message(mto=command["to"], mbody=command["body"], mtype=command.get("kind", "chat"))
        message["id"] = self.new_id()
        if command.get("receipt"):
            message["request_receipt"] = True
        if command.get("about"):
            message["replace"]["id"] = command["about"]
        message.send()
        return {"id": message["id"]}

    async def do_refer(self, command):
        """Sends a message that names an earlier one, in the way that `how` says."""
        message = self.make_message(mto=command["to"], mbody=command.get("body"), mtype=command.get("kind", "chat"))
        message["id"] = self.new_id()
        how, about = command["how"], command["about"]
        if how == "replace":
            message["replace"]["id"] = about
        elif how == "reply":
            message["reply"]["id"] = about
            message["reply"]["to"] = command["to"]
        elif how == "reactions":
            self["xep_0444"].set_reactions(message, about, ["\U0001f44d"])
        elif how == "displayed":
            message["displayed"]["id"] = about
        elif how == "apply-to":
            message["apply_to"]["id"] = about
            message["apply_to"].enable("retract")
        elif how == "retract":
            # slixmpp speaks the version before.
            message.xml.append(ET.Element("{urn:xmpp:message-retract:1}retract", {"id": about}))
        else:
            raise ValueError(how)
        message.send()
        return {"id": message["id"]}

    async def do_join(self, command):
        """Resolves when the room has shown its subject, which it does after the history."""
        await self["xep_0045"].join_muc_wait(slixmpp.JID(command["room"]), command["nick"], timeout=IQ_TIMEOUT_S)
        return {}

    async def do_role(self, command):
        await self["xep_0045"].set_role(slixmpp.JID(command["room"]), command["nick"], command["role"])
        return {}

    async def do_disco(self, command):
        info = await self["xep_0030"].get_info(jid=command["to"], timeout=IQ_TIMEOUT_S)
        return {
            "identities": sorted([list(identity[:2]) for identity in info["disco_info"]["identities"]]),
            "features": sorted(info["disco_info"]["features"]),
        }

    async def do_ping(self, command):
        return {"seconds": await self["xep_0199"].ping(jid=command["to"], timeout=IQ_TIMEOUT_S)}

    async def do_version(self, command):
        answer = await self["xep_0092"].get_version(command["to"], timeout=IQ_TIMEOUT_S)
        return {"name": answer["software_version"]["name"]}

    async def do_raw(self, command):
        self.send_raw(command["xml"])
        return {}

    async def do_logout(self, command):
        await self.disconnect(wait=2.0)
        return {}


def login(command):
    client = Client(command)
    if command.get("tls") == "direct":
        client.default_domain = client.boundjid.host
        client.connect(address=(command["host"], command["port"]), use_ssl=True, force_starttls=False)
    else:
        client.connect(address=(command["host"], command["port"]), force_starttls=True)
    # For certificates and SNI the domain counts, not the address that was called.
    client.default_domain = client.boundjid.host
    return client


async def perform(client, command):
    number = command.get("n")
    try:
        tell("done", n=number, **await getattr(client, f"do_{command['do']}")(command))
    except (IqError, IqTimeout) as error:
        condition = error.iq["error"]["condition"] if isinstance(error, IqError) else "timeout"
        tell("failed", n=number, why=condition)
    except Exception as error:  # whatever goes wrong is for the test to judge
        tell("failed", n=number, why=repr(error))


async def main():
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    client = None
    tasks = set()
    while line := await reader.readline():
        command = json.loads(line)
        if command["do"] == "login":
            client = login(command)
            tell("done", n=command.get("n"))
            continue
        task = asyncio.create_task(perform(client, command))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


asyncio.run(main())
