"""What the bot itself says, in one table: a line for each sentence, a column for each language.

Quotations are never translated, and neither are citations. A sentence is filled in with `say`, a number of things with
`count`. Both languages beside English are complete because a row without them is no row.
"""

from __future__ import annotations

import re
from datetime import date
from enum import Enum, StrEnum, unique
from typing import NamedTuple

from corpus.document import Kind


class Language(StrEnum):
    """A language the bot speaks."""

    ENGLISH = "en"
    FRENCH = "fr"
    SPANISH = "es"

    @classmethod
    def of(cls, locale: str | None) -> Language:
        """Return the language of one of Discord's locales, "es-419"; English where the bot does not speak it."""
        code = (locale or "").partition("-")[0]
        return cls(code) if code in set(cls) else cls.ENGLISH


class _Row(NamedTuple):
    """One sentence; what stands in braces is filled in, and "|" parts one from many."""

    en: str
    fr: str
    es: str


_NARROW_BEFORE, _NARROW_AFTER, _WIDE_BEFORE = re.compile(r" (?=[;!?»])"), re.compile(r"(?<=«) "), re.compile(r" (?=:)")


def _unbroken(french: str) -> str:
    """Return a French sentence with the spaces of its punctuation such that no line ends there."""
    narrow = _NARROW_AFTER.sub("\u202f", _NARROW_BEFORE.sub("\u202f", french))
    return _WIDE_BEFORE.sub("\u00a0", narrow)


@unique
class Said(Enum):
    """The table."""

    # --- an answer
    PASSAGES = _Row("{n} passage|{n} passages", "{n} passage|{n} passages", "{n} pasaje|{n} pasajes")
    DOCUMENTS = _Row("{n} document|{n} documents", "{n} document|{n} documents", "{n} documento|{n} documentos")
    BEST_FIRST = _Row(
        "{passages} from {documents}, best match first",
        "{passages} de {documents}, du plus au moins pertinent",
        "{passages} de {documents}, del más al menos pertinente",
    )
    OF_DOCUMENTS = _Row("{passages} from {documents}", "{passages} de {documents}", "{passages} de {documents}")
    SHOWN_HERE = _Row(
        "{shown} of {passages} are shown here.",
        "Seuls {shown} des {passages} sont affichés ici.",
        "Aquí solo se muestran {shown} de los {passages}.",
    )
    READ_AS = _Row("Read as {reading}", "Compris comme {reading}", "Interpretado como {reading}")
    VERBATIM = _Row(
        "Quoted word for word; I do not write answers of my own.",
        "Cité mot pour mot ; je ne rédige pas de réponse moi-même.",
        "Citado palabra por palabra; no redacto respuestas propias.",
    )
    INDEX_OF = _Row("Index of {day} · {documents}", "Index du {day} · {documents}", "Índice del {day} · {documents}")
    DATES_DIFFER = _Row(
        "These documents are from {years}; a later one may replace an earlier one.",
        "Dates de ces documents : {years} ; un texte ultérieur peut en remplacer un antérieur.",
        "Fechas de estos documentos: {years}; uno posterior puede sustituir a uno anterior.",
    )
    KINDS_DIFFER = _Row(
        "These sources are of different kinds: {kinds}.",
        "Ces sources sont de natures différentes : {kinds}.",
        "Estas fuentes son de distinta naturaleza: {kinds}.",
    )
    AND = _Row(" and ", " et ", " y ")
    BEGINS_EARLIER = _Row(
        "The paragraph begins earlier", "Le paragraphe commence plus haut", "El párrafo empieza antes"
    )
    GOES_ON = _Row("The paragraph goes on", "Le paragraphe continue", "El párrafo continúa")
    OFFICIAL = _Row("official text", "texte officiel", "texto oficial")
    BACKGROUND = _Row("UN background", "document d’information de l’ONU", "documento informativo de la ONU")
    ENCYCLOPEDIA = _Row("encyclopedia", "encyclopédie", "enciclopedia")
    OTHER = _Row("other document", "autre document", "otro documento")

    # --- buttons and menus
    PREVIOUS = _Row("Previous", "Précédent", "Anterior")
    NEXT = _Row("Next", "Suivant", "Siguiente")
    PAGE_OF = _Row("{page} of {pages}", "{page} sur {pages}", "{page} de {pages}")
    CONTEXT = _Row("Context", "Contexte", "Contexto")
    WHOLE = _Row("Whole paragraph", "Paragraphe entier", "Párrafo entero")
    READ_ON = _Row("Read on from here", "Lire la suite à partir d’ici", "Seguir leyendo desde aquí")
    COPY = _Row("Copy citation", "Copier la référence", "Copiar la referencia")
    SHARE = _Row("Share", "Partager", "Compartir")
    REMOVE = _Row("Remove", "Supprimer", "Eliminar")
    HELPFUL = _Row("Helpful", "Utile", "Útil")
    NOT_HELPFUL = _Row("Not helpful", "Pas utile", "No es útil")
    OPEN_SOURCE = _Row("Open source", "Ouvrir la source", "Abrir la fuente")
    SHOW_NEAREST = _Row("Show nearest passages", "Voir les passages les plus proches", "Ver los pasajes más cercanos")
    LIST_DOCUMENTS = _Row("List documents", "Liste des documents", "Lista de documentos")
    OPEN_PASSAGE = _Row("Open a passage…", "Ouvrir un passage…", "Abrir un pasaje…")
    LOOK_INSIDE = _Row("Look inside…", "Ouvrir un document…", "Abrir un documento…")

    # --- no answer
    NOT_FOUND = _Row(
        "The documents do not answer this",
        "Les documents ne répondent pas à cette question",
        "Los documentos no responden a esta pregunta",
    )
    NO_SUCH_REFERENCE = _Row(
        "There is nothing under this reference",
        "Rien ne correspond à cette référence",
        "No hay nada con esa referencia",
    )
    SEARCHED = _Row(
        "I searched {documents} ({passages}) and found nothing close enough to quote.",
        "J’ai cherché dans {documents} ({passages}) sans rien trouver d’assez proche pour être cité.",
        "He buscado en {documents} ({passages}) y no he encontrado nada lo bastante próximo para citarlo.",
    )
    TRY = _Row(
        "Try other words, {lookup} for a paragraph by its number, or {sources} for what I hold.",
        "Essayez d’autres mots, {lookup} pour un paragraphe dont vous avez le numéro ou {sources} pour la liste des "
        "documents.",
        "Pruebe con otras palabras, {lookup} para un párrafo por su número o {sources} para la lista de documentos.",
    )
    OTHER_SCRIPT = _Row(
        "The documents are in English, and I find answers best to questions in English.",
        "Les documents sont en anglais, et je réponds mieux aux questions posées en anglais.",
        "Los documentos están en inglés, y respondo mejor a preguntas en inglés.",
    )
    NEAREST = _Row(
        "Nearest passages, not an answer",
        "Passages les plus proches, qui ne sont pas une réponse",
        "Los pasajes más cercanos, que no son una respuesta",
    )

    # --- reading on
    AROUND = _Row("Around {citation}", "Autour de {citation}", "Alrededor de {citation}")
    QUOTED_HERE = _Row("▸ quoted: {locator}", "▸ cité : {locator}", "▸ citado: {locator}")
    WITHIN = _Row("passage {n} of {passages}", "passage {n} sur {passages}", "pasaje {n} de {passages}")
    ONLY_FIVE = _Row(
        "Only the first five references were looked up.",
        "Seules les cinq premières références ont été cherchées.",
        "Solo se han buscado las cinco primeras referencias.",
    )
    CITATION = _Row("Citation to copy", "Référence à copier", "Referencia para copiar")
    PLAIN = _Row("Plain", "Texte", "Texto")
    SHARED_BY = _Row("Shared by {person}", "Partagé par {person}", "Compartido por {person}")

    # --- search and sources
    WITH_WORDS = _Row("Passages with “{words}”", "Passages contenant « {words} »", "Pasajes con «{words}»")
    WITHOUT_WORDS = _Row(
        "No passage found with “{words}”",
        "Aucun passage trouvé avec « {words} »",
        "Ningún pasaje encontrado con «{words}»",
    )
    SIMILAR = _Row("Similar in meaning", "De sens voisin", "De significado parecido")
    NO_PASSAGE = _Row(
        "No passage contains or means these words.",
        "Aucun passage ne contient ces mots ni n’a ce sens.",
        "Ningún pasaje contiene estas palabras ni tiene ese sentido.",
    )
    SUPPORTING = _Row("Passages near this message", "Passages proches de ce message", "Pasajes cercanos a este mensaje")
    HOLDINGS = _Row("Documents I answer from ({n})", "Documents que je cite ({n})", "Documentos que cito ({n})")
    HOLDINGS_WITH = _Row(
        "Documents with “{words}” ({n})",
        "Documents dont le titre ou la cote contient « {words} » ({n})",
        "Documentos con «{words}» en la signatura o el título ({n})",
    )
    NO_DOCUMENT = _Row(
        "No document has “{words}” in its symbol or title.",
        "Aucun document n’a « {words} » dans sa cote ou son titre.",
        "Ningún documento tiene «{words}» en su signatura o título.",
    )
    NO_SUCH_DOCUMENT = _Row(
        "I have no document “{words}”. {sources} lists those I have.",
        "Je n’ai aucun document « {words} ». {sources} donne la liste de ceux que j’ai.",
        "No tengo ningún documento «{words}». {sources} muestra los que tengo.",
    )
    BUILT = _Row("Index of {day}, model {model}", "Index du {day}, modèle {model}", "Índice del {day}, modelo {model}")

    # --- what goes wrong
    NO_QUESTION = _Row(
        "There is no question in that: ask in words.",
        "Je n’y trouve pas de question : veuillez la formuler avec des mots.",
        "No encuentro ninguna pregunta: formúlela con palabras.",
    )
    NO_ATTACHMENTS = _Row(
        "I do not read attachments: ask in words.",
        "Je ne lis pas les pièces jointes : veuillez écrire votre question.",
        "No leo archivos adjuntos: escriba su pregunta.",
    )
    NO_TEXT = _Row(
        "There are no words in that message to look for.",
        "Ce message ne contient pas de mots à rechercher.",
        "Ese mensaje no contiene palabras que buscar.",
    )
    LATE = _Row(
        "That took too long, please try again.",
        "Cela a pris trop de temps ; veuillez réessayer.",
        "Ha tardado demasiado; inténtelo de nuevo.",
    )
    BUSY = _Row(
        "Many questions at the moment; try again in 10 seconds.",
        "Les questions sont nombreuses en ce moment ; veuillez réessayer dans 10 secondes.",
        "Hay muchas preguntas en este momento; inténtelo de nuevo en 10 segundos.",
    )
    COOLDOWN = _Row(
        "You can ask again in {seconds}.",
        "Vous pourrez poser une autre question dans {seconds}.",
        "Podrá preguntar de nuevo en {seconds}.",
    )
    SECONDS = _Row("{n} second|{n} seconds", "{n} seconde|{n} secondes", "{n} segundo|{n} segundos")
    ENDING = _Row(
        "I am restarting; try again in a minute.",
        "Je redémarre ; veuillez réessayer dans une minute.",
        "Me estoy reiniciando; inténtelo de nuevo en un minuto.",
    )
    INTERNAL = _Row(
        "Something went wrong on my side. Reference {reference}.",
        "Une erreur s’est produite de mon côté. Référence : {reference}.",
        "Se ha producido un error por mi parte. Referencia: {reference}.",
    )
    ROLE_MENTION = _Row(
        "Please mention me by name ({me}, not the role) or use {ask}; Discord does not show me the text otherwise.",
        "Veuillez mentionner mon nom ({me}, pas le rôle) ou utiliser {ask} ; sinon, Discord ne me montre pas le texte.",
        "Mencióneme por mi nombre ({me}, no el rol) o use {ask}; de lo contrario, Discord no me muestra el texto.",
    )
    STALE_COMMAND = _Row(
        "My commands were just updated; please run it again.",
        "Mes commandes viennent d’être mises à jour ; veuillez relancer celle-ci.",
        "Mis comandos se acaban de actualizar; vuelva a ejecutarlo.",
    )
    STALE_BUTTON = _Row(
        "This button is from an older version; please ask again.",
        "Ce bouton date d’une version antérieure ; veuillez reposer la question.",
        "Este botón es de una versión anterior; vuelva a preguntar.",
    )
    GONE = _Row(
        "That passage is no longer in the documents; please ask again.",
        "Ce passage ne figure plus dans les documents ; veuillez reposer la question.",
        "Ese pasaje ya no figura en los documentos; vuelva a preguntar.",
    )
    NOT_YOURS_TO_REMOVE = _Row(
        "Only the person who asked, or a moderator, can remove this.",
        "Seules la personne qui a posé la question et la modération peuvent supprimer ce message.",
        "Solo quien preguntó o un moderador puede eliminar este mensaje.",
    )
    NOT_YOURS_TO_SHARE = _Row(
        "Only the person who asked can share this.",
        "Seule la personne qui a posé la question peut partager ce message.",
        "Solo quien preguntó puede compartir este mensaje.",
    )
    CANNOT_POST = _Row(
        "I may not answer in {channel}; I need View Channel, Send Messages and Read Message History there.",
        "Je ne peux pas répondre dans {channel} ; je dois pouvoir y voir le salon, y envoyer des messages et en lire "
        "l’historique.",
        "No puedo responder en {channel}; ahí necesito ver el canal, enviar mensajes y leer el historial de mensajes.",
    )
    ONLY_MANAGERS = _Row(
        "Only people who may manage this server can do this. Ask a server admin (Server Settings > Integrations).",
        "Seules les personnes qui gèrent ce serveur peuvent le faire. Adressez-vous à l’administration (Paramètres du "
        "serveur > Intégrations).",
        "Solo pueden hacerlo quienes gestionan el servidor. Diríjase a su administración (Ajustes del servidor > "
        "Integraciones).",
    )
    COUNTED = _Row("Counted. Thank you.", "Votre avis est compté. Merci.", "Su opinión se ha contado. Gracias.")
    COUNTED_ALREADY = _Row("You said so already.", "Vous avez déjà donné votre avis.", "Ya ha dado su opinión.")
    FORUM_HINT = _Row(
        "Not what you need? Mention me with your question.",
        "Ce n’est pas ce que vous cherchez ? Mentionnez-moi avec votre question.",
        "¿No es lo que necesita? Mencióneme con su pregunta.",
    )

    # --- settings
    SETTINGS = _Row("Settings of this server", "Paramètres de ce serveur", "Ajustes de este servidor")
    SETTINGS_KEPT = _Row("Settings kept", "Paramètres enregistrés", "Ajustes guardados")
    ANSWERS = _Row("Answers to commands", "Réponses aux commandes", "Respuestas a los comandos")
    PUBLIC = _Row("public", "publiques", "públicas")
    PRIVATE = _Row("private", "privées", "privadas")
    PLACE = _Row("Answers to mentions", "Réponses aux mentions", "Respuestas a las menciones")
    REPLY = _Row("a reply", "une réponse", "una respuesta")
    THREAD = _Row("a thread of its own", "un fil dédié", "un hilo propio")
    STYLE = _Row("Style", "Présentation", "Estilo")
    CARDS = _Row("cards", "cartes", "tarjetas")
    EMBEDS = _Row("embeds", "encadrés", "recuadros")
    PLAIN_TEXT = _Row("plain text", "texte simple", "texto simple")
    PASSAGES_AT_MOST = _Row("Passages at most", "Nombre maximal de passages", "Número máximo de pasajes")
    CHANNELS = _Row(
        "Channels where mentions are answered",
        "Salons où je réponds aux mentions",
        "Canales donde respondo a las menciones",
    )
    EVERYWHERE = _Row("all", "tous", "todos")
    FORUMS = _Row(
        "Forums whose new posts are answered",
        "Forums où je réponds aux nouveaux messages",
        "Foros donde respondo a las publicaciones nuevas",
    )
    NONE = _Row("none", "aucun", "ninguno")
    LANGUAGE = _Row("Language", "Langue", "Idioma")
    BY_LOCALE = _Row(
        "by each person’s Discord", "celle du Discord de chaque personne", "el del Discord de cada persona"
    )
    FEEDBACK = _Row("Helpful / Not helpful", "Utile / Pas utile", "Útil / No es útil")
    ON = _Row("on", "oui", "sí")
    OFF = _Row("off", "non", "no")
    FEEDBACK_COUNTS = _Row(
        "{helpful} helpful, {unhelpful} not helpful",
        "Utile : {helpful} ; pas utile : {unhelpful}",
        "Útil: {helpful}; no es útil: {unhelpful}",
    )
    NOTHING_TO_SET = _Row(
        "Nothing was changed: choose at least one of the options.",
        "Rien n’a été modifié : choisissez au moins une option.",
        "No se ha cambiado nada: elija al menos una opción.",
    )
    NO_SUCH_CHANNEL = _Row(
        "“{given}” names no {kind} of this server: type # and choose, or “{none}”.",
        "« {given} » ne désigne aucun {kind} de ce serveur : tapez # et choisissez, ou écrivez « {none} ».",
        "«{given}» no designa ningún {kind} de este servidor: escriba # y elija, o escriba «{none}».",
    )
    TEXT_CHANNEL = _Row("text channel", "salon textuel", "canal de texto")
    FORUM_CHANNEL = _Row("forum", "forum", "foro")

    # --- help, about, privacy
    HELP = _Row("How to ask", "Comment poser une question", "Cómo preguntar")
    HELP_LEAD = _Row(
        "I answer questions from documents by quoting them word for word, with the paragraph to cite.",
        "Je réponds aux questions en citant des documents mot pour mot, avec la référence du paragraphe.",
        "Respondo a preguntas citando documentos palabra por palabra, con la referencia del párrafo.",
    )
    HELP_ASK = _Row(
        "{ask} or mention me: *{example}*", "{ask} ou mentionnez-moi : *{example}*", "{ask} o mencióneme: *{example}*"
    )
    HELP_LOOKUP = _Row(
        "{lookup} shows a paragraph by its number; in a question to me, `[[{reference}]]` does",
        "{lookup} affiche un paragraphe d’après son numéro ; dans une question, `[[{reference}]]` fait de même",
        "{lookup} muestra un párrafo por su número; en una pregunta, `[[{reference}]]` hace lo mismo",
    )
    HELP_SEARCH = _Row(
        "{search} finds passages with some words; {sources} lists the documents",
        "{search} trouve les passages qui contiennent certains mots ; {sources} donne la liste des documents",
        "{search} encuentra pasajes con ciertas palabras; {sources} muestra la lista de documentos",
    )
    HELP_MENU = _Row(
        "On a message: Apps › **Find sources** looks for passages near it",
        "Sur un message : Applications › **Trouver des sources** cherche les passages proches",
        "En un mensaje: Aplicaciones › **Buscar fuentes** busca pasajes cercanos",
    )
    HELP_LIMITS = _Row(
        "I quote; I do not write answers, count, compare or infer. When the documents do not say, I say so.",
        "Je cite ; je ne rédige pas de réponses, je ne compte, ne compare ni ne déduis rien. Quand les documents ne "
        "disent rien, je le dis.",
        "Cito; no redacto respuestas, ni cuento, comparo o deduzco. Cuando los documentos no dicen nada, lo digo.",
    )
    ABOUT = _Row("About Rapporteur", "À propos de Rapporteur", "Acerca de Rapporteur")
    ABOUT_VERSION = _Row(
        "Version {version}, MIT licence. No text generator: every quotation is cut from a document and compared with "
        "it again before it is sent.",
        "Version {version}, licence MIT. Aucun générateur de texte : chaque citation est extraite d’un document et "
        "comparée de nouveau avec lui avant l’envoi.",
        "Versión {version}, licencia MIT. Sin generador de texto: cada cita se extrae de un documento y se compara de "
        "nuevo con él antes de enviarla.",
    )
    ABOUT_INDEX = _Row(
        "{documents}, {passages}, index of {day}, model {model}",
        "{documents}, {passages}, index du {day}, modèle {model}",
        "{documents}, {passages}, índice del {day}, modelo {model}",
    )
    PRIVACY = _Row("What is kept", "Ce qui est conservé", "Qué se conserva")
    PRIVACY_QUESTIONS = _Row(
        "No question and no message is stored or logged. A question is in memory while it is answered; in a server it "
        "stands in your own message and in the answer, which you can remove.",
        "Aucune question ni aucun message n’est conservé ou journalisé. Une question n’est en mémoire que pendant "
        "qu’il y est répondu ; sur un serveur, elle figure dans votre message et dans la réponse, que vous pouvez "
        "supprimer.",
        "No se conserva ni se registra ninguna pregunta ni ningún mensaje. Una pregunta está en memoria solo mientras "
        "se responde; en un servidor figura en su propio mensaje y en la respuesta, que puede eliminar.",
    )
    PRIVACY_IDS = _Row(
        "Kept: for seven days the numbers of a message and of my answer to it, so that the answer goes when the "
        "message is deleted; the settings of a server, until I leave it.",
        "Sont conservés : pendant sept jours, les identifiants d’un message et de ma réponse, pour que celle-ci "
        "disparaisse avec le message ; les paramètres d’un serveur, jusqu’à ce que je le quitte.",
        "Se conservan: durante siete días, los identificadores de un mensaje y de mi respuesta, para que esta "
        "desaparezca con el mensaje; los ajustes de un servidor, hasta que lo abandone.",
    )
    PRIVACY_FEEDBACK_ON = _Row(
        "This server counts Helpful and Not helpful: two numbers a day, without persons or questions.",
        "Ce serveur compte « Utile » et « Pas utile » : deux nombres par jour, sans noms ni questions.",
        "Este servidor cuenta «Útil» y «No es útil»: dos números al día, sin nombres ni preguntas.",
    )
    PRIVACY_FEEDBACK_OFF = _Row(
        "Helpful and Not helpful are off here: nothing is counted.",
        "« Utile » et « Pas utile » sont désactivés ici : rien n’est compté.",
        "«Útil» y «No es útil» están desactivados aquí: no se cuenta nada.",
    )
    PRIVACY_OPERATOR = _Row(
        "Everything is worked out on the operator’s own machine; nothing is sent elsewhere but to Discord.",
        "Tout est calculé sur la machine de l’exploitant ; rien n’est envoyé ailleurs qu’à Discord.",
        "Todo se calcula en la máquina del operador; no se envía nada a ningún otro lugar que no sea Discord.",
    )

    # --- the commands as Discord lists them
    COMMAND_ASK = _Row(
        "Ask the documents a question", "Poser une question aux documents", "Hacer una pregunta a los documentos"
    )
    OPTION_QUESTION = _Row(
        "Your question, e.g. When does the mandate of UNMOT end?",
        "Votre question, p. ex. When does the mandate of UNMOT end?",
        "Su pregunta, p. ej. When does the mandate of UNMOT end?",
    )
    OPTION_WITHIN = _Row(
        "Answer from this document only", "Répondre d’après ce seul document", "Responder solo con este documento"
    )
    OPTION_PRIVATE = _Row(
        "Show the answer to you alone", "N’afficher la réponse que pour vous", "Mostrarle la respuesta solo a usted"
    )
    COMMAND_LOOKUP = _Row(
        "Show a paragraph of a document", "Afficher un paragraphe d’un document", "Mostrar un párrafo de un documento"
    )
    OPTION_DOCUMENT = _Row(
        "Symbol or title, e.g. 1138", "Cote ou titre, p. ex. 1138", "Signatura o título, p. ej. 1138"
    )
    OPTION_PARAGRAPH = _Row(
        "Number or first words, e.g. 6(d)",
        "Numéro ou premiers mots, p. ex. 6(d)",
        "Número o primeras palabras, p. ej. 6(d)",
    )
    COMMAND_SEARCH = _Row(
        "Find passages that contain words",
        "Trouver les passages qui contiennent des mots",
        "Buscar pasajes que contienen ciertas palabras",
    )
    OPTION_WORDS = _Row(
        "What to look for, e.g. ceasefire violations",
        "Que chercher, p. ex. ceasefire violations",
        "Qué buscar, p. ej. ceasefire violations",
    )
    COMMAND_SOURCES = _Row(
        "List the documents I answer from",
        "Lister les documents que je cite",
        "Mostrar la lista de documentos que cito",
    )
    OPTION_FILTER = _Row(
        "Words of the symbol or title", "Mots de la cote ou du titre", "Palabras de la signatura o del título"
    )
    COMMAND_HELP = _Row(
        "Show what I can do and how to ask",
        "Afficher ce que je sais faire et comment demander",
        "Mostrar lo que sé hacer y cómo preguntar",
    )
    COMMAND_ABOUT = _Row(
        "Show version, index and licence",
        "Afficher la version, l’index et la licence",
        "Mostrar versión, índice y licencia",
    )
    COMMAND_PRIVACY = _Row(
        "Show what data is kept", "Afficher les données conservées", "Mostrar qué datos se conservan"
    )
    COMMAND_SETTINGS = _Row(
        "Change how answers appear in this server",
        "Régler la présentation des réponses sur ce serveur",
        "Cambiar cómo aparecen las respuestas en este servidor",
    )
    COMMAND_SETTINGS_SHOW = _Row(
        "Show the settings of this server",
        "Afficher les paramètres de ce serveur",
        "Mostrar los ajustes de este servidor",
    )
    COMMAND_SETTINGS_SET = _Row(
        "Change settings of this server",
        "Modifier les paramètres de ce serveur",
        "Cambiar los ajustes de este servidor",
    )
    OPTION_ANSWERS = _Row(
        "Who sees answers to commands", "Qui voit les réponses aux commandes", "Quién ve las respuestas a los comandos"
    )
    OPTION_PLACE = _Row("Where mentions are answered", "Où répondre aux mentions", "Dónde se responde a las menciones")
    OPTION_STYLE = _Row("How answers look", "Présentation des réponses", "Aspecto de las respuestas")
    OPTION_PASSAGES = _Row("How many passages at most", "Combien de passages au plus", "Cuántos pasajes como máximo")
    OPTION_CHANNELS = _Row(
        "Channels to answer in: #one #two, or all",
        "Salons où répondre : #un #deux, ou all",
        "Canales donde responder: #uno #dos, o all",
    )
    OPTION_FORUMS = _Row(
        "Forums whose new posts to answer: #one, or none",
        "Forums où répondre aux nouveaux messages : #un, ou none",
        "Foros cuyas publicaciones nuevas responder: #uno, o none",
    )
    OPTION_LANGUAGE = _Row("Language of my own words", "Langue de mes propres phrases", "Idioma de mis propias frases")
    OPTION_FEEDBACK = _Row(
        "Count Helpful and Not helpful", "Compter « Utile » et « Pas utile »", "Contar «Útil» y «No es útil»"
    )
    MENU_FIND_SOURCES = _Row("Find sources", "Trouver des sources", "Buscar fuentes")

    def __init__(self, en: str, fr: str, es: str) -> None:
        self._texts = {Language.ENGLISH: en, Language.FRENCH: _unbroken(fr), Language.SPANISH: es}

    def text(self, language: Language) -> str:
        """Return the sentence as it stands in the table."""
        return self._texts[language]


KINDS = {
    Kind.OFFICIAL: Said.OFFICIAL,
    Kind.BACKGROUND: Said.BACKGROUND,
    Kind.ENCYCLOPEDIA: Said.ENCYCLOPEDIA,
    Kind.OTHER: Said.OTHER,
}

_MONTHS = {
    Language.ENGLISH: "January February March April May June July August September October November December",
    Language.FRENCH: "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    Language.SPANISH: "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
}
_THOUSANDS = {Language.ENGLISH: ",", Language.FRENCH: "\u202f", Language.SPANISH: "\u202f"}
_ALSO_ONE = {Language.ENGLISH: {1}, Language.FRENCH: {0, 1}, Language.SPANISH: {1}}
"""Numbers that take the singular. Source: Unicode CLDR, plural rules."""


def say(language: Language, said: Said, **values: object) -> str:
    """Return a sentence of the table, filled in."""
    return said.text(language).format(**values)


def count(language: Language, said: Said, number: int) -> str:
    """Return a number of things, "1 passage" or "2,441 documents"."""
    one, _, many = said.text(language).partition("|")
    return (one if number in _ALSO_ONE[language] else many).format(n=numeral(language, number))


def numeral(language: Language, number: int) -> str:
    """Return a number with its thousands parted as the language does it; Spanish leaves four digits together."""
    if language is Language.SPANISH and number < 10_000:
        return str(number)
    return f"{number:,}".replace(",", _THOUSANDS[language])


def day(language: Language, when: date) -> str:
    """Return a date in words, "14 November 1997"."""
    month = _MONTHS[language].split()[when.month - 1]
    if language is Language.SPANISH:
        return f"{when.day} de {month} de {when.year}"
    first = language is Language.FRENCH and when.day == 1
    return f"{'1er' if first else when.day} {month} {when.year}"


def listing(language: Language, items: list[str]) -> str:
    """Return items as running text, "1994, 1995 and 1997"."""
    if len(items) < 2:
        return "".join(items)
    return say(language, Said.AND).join([", ".join(items[:-1]), items[-1]])
