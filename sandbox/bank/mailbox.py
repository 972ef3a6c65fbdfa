"""A mail server that people's mail programs would take for one: the part of IMAP4rev1 (RFC 3501) that reads a mailbox.

It keeps what it was asked, and refuses what a reader must not do: nothing in it can be changed.
"""

import re
import socketserver
import ssl
import threading
from email.message import EmailMessage

USER, PASSWORD = "bank@example.com", "sandbox"


class Mailbox:
    """Mails by their numbers, on a free port of this machine, for as long as the ``with`` block lasts.

    By TLS where it is given what to show (``shows``); in the clear without.
    """

    def __init__(self, shows: ssl.SSLContext | None = None) -> None:
        self.mails: dict[int, bytes] = {}
        self.asked: list[str] = []
        mailbox = self

        class Session(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")
                for line in self.rfile:
                    tag, _, command = line.decode().rstrip("\r\n").partition(" ")
                    mailbox.asked.append(command)
                    self.wfile.write(mailbox.answer(tag, command))
                    if command.upper() == "LOGOUT":
                        return

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session)
        self._server.daemon_threads = True
        if shows:
            self._server.socket = shows.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> "Mailbox":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def put(self, *attached: tuple[str, bytes]) -> int:
        """A mail with files by their names; returns its number."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "extractos@banco.example", USER, "Extracto"
        mail.set_content("Adjunto.")
        for name, content in attached:
            mail.add_attachment(content, maintype="text", subtype="csv", filename=name)
        number = max(self.mails, default=100) + 1
        self.mails[number] = mail.as_bytes()
        return number

    def answer(self, tag: str, command: str) -> bytes:
        """What is said to a command."""
        word, _, rest = command.partition(" ")
        match word.upper(), rest:
            case "CAPABILITY", _:
                return f"* CAPABILITY IMAP4rev1\r\n{tag} OK done\r\n".encode()
            case "LOGIN", login:
                good = login.replace('"', "").split() == [USER, PASSWORD]
                return f"{tag} {'OK in' if good else 'NO [AUTHENTICATIONFAILED] wrong'}\r\n".encode()
            case "EXAMINE", '"INBOX"':
                said = f"* {len(self.mails)} EXISTS\r\n* OK [UIDVALIDITY 7] valid\r\n"
                return f"{said}{tag} OK [READ-ONLY] open\r\n".encode()
            case "UID", asked if asked.upper().startswith("SEARCH "):
                return f"* SEARCH {' '.join(map(str, self.mails))}\r\n{tag} OK done\r\n".encode()
            case "UID", asked if found := re.fullmatch(r"FETCH (\d+) \((RFC822\.SIZE|BODY\.PEEK\[\])\)", asked):
                return self._fetched(tag, int(found[1]), found[2])
            case "LOGOUT", _:
                return f"* BYE\r\n{tag} OK out\r\n".encode()
        return f"{tag} NO not here\r\n".encode()

    def _fetched(self, tag: str, number: int, what: str) -> bytes:
        mail = self.mails[number]
        if what == "RFC822.SIZE":
            return f"* 1 FETCH (UID {number} RFC822.SIZE {len(mail)})\r\n{tag} OK done\r\n".encode()
        return (
            f"* 1 FETCH (UID {number} BODY[] {{{len(mail)}}}\r\n".encode() + mail + f")\r\n{tag} OK done\r\n".encode()
        )
