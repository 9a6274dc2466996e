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
    UNANSWERED = _Row("Unanswered questions", "Questions sans réponse", "Preguntas sin respuesta")
    UNANSWERED_KEPT = _Row("kept for {days} days", "conservées {days} jours", "se conservan {days} días")
    NOT_KEPT = _Row("not kept", "non conservées", "no se conservan")
    UNANSWERED_BEGUN = _Row(
        "Please tell people: from now on, questions that I decline or whose answer is marked Not helpful are kept here "
        "for {days} days, without who asked. {privacy} tells them so, {gaps} lists them.",
        "Veuillez prévenir les membres : désormais, les questions restées sans réponse, ou dont la réponse est jugée "
        "« Pas utile », sont conservées ici {days} jours, sans leur auteur. {privacy} l’indique, {gaps} les liste.",
        "Avise a los miembros: a partir de ahora, las preguntas que quedan sin respuesta, o cuya respuesta se marca "
        "como «No es útil», se conservan aquí {days} días, sin su autor. {privacy} lo dice; {gaps}, cuáles son.",
    )
    UNANSWERED_DELETED = _Row(
        "The questions that were kept have been deleted.",
        "Les questions conservées ont été supprimées.",
        "Las preguntas conservadas se han eliminado.",
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

    # --- unanswered questions
    GAPS = _Row("Unanswered questions ({n})", "Questions sans réponse ({n})", "Preguntas sin respuesta ({n})")
    GAPS_OFF = _Row(
        "Unanswered questions are not kept here. {settings} begins with it; please tell people.",
        "Les questions sans réponse ne sont pas conservées ici. {settings} l’active ; veuillez prévenir les membres.",
        "Aquí no se conservan las preguntas sin respuesta. {settings} lo activa; avise a los miembros.",
    )
    GAPS_NONE = _Row(
        "No question was left unanswered in the last {days} days.",
        "Aucune question n’est restée sans réponse ces {days} derniers jours.",
        "Ninguna pregunta ha quedado sin respuesta en los últimos {days} días.",
    )
    GAPS_UNREADABLE = _Row(
        "The list cannot be read now; try again in a minute.",
        "La liste ne peut pas être lue pour le moment ; veuillez réessayer dans une minute.",
        "La lista no se puede leer ahora; inténtelo de nuevo en un minuto.",
    )
    GAPS_NOTE = _Row(
        "The last {days} days, grouped by likeness, without who asked. The file has every wording.",
        "Les {days} derniers jours, par ressemblance, sans les auteurs. Le fichier contient chaque formulation.",
        "Los últimos {days} días, agrupadas por parecido, sin decir de quién son. El archivo tiene cada formulación.",
    )
    TIMES = _Row(
        "asked {n} time|asked {n} times", "posée {n} fois|posée {n} fois", "preguntada {n} vez|preguntada {n} veces"
    )
    WORDINGS = _Row("{n} wording|{n} wordings", "{n} formulation|{n} formulations", "{n} formulación|{n} formulaciones")
    NOT_HELPFUL_TIMES = _Row(
        "{n} answer not helpful|{n} answers not helpful",
        "{n} réponse pas utile|{n} réponses pas utiles",
        "{n} respuesta no útil|{n} respuestas no útiles",
    )

    # --- the documents, managed
    SHARED_DOCUMENTS = _Row(
        "The documents that all servers share",
        "Les documents communs à tous les serveurs",
        "Los documentos comunes a todos los servidores",
    )
    SERVER_DOCUMENTS = _Row(
        "The documents of this server alone",
        "Les documents propres à ce serveur",
        "Los documentos propios de este servidor",
    )
    ONLY_SHARED_ADMINS = _Row(
        "Only people the operator of this bot has named may manage the documents that all servers share.",
        "Seules les personnes désignées par l’exploitant de ce bot peuvent gérer les documents communs à tous les "
        "serveurs.",
        "Solo las personas designadas por el operador de este bot pueden gestionar los documentos comunes a todos los "
        "servidores.",
    )
    ONLY_SERVER_ADMINS = _Row(
        "Only people who may manage this server can manage its documents.",
        "Seules les personnes qui gèrent ce serveur peuvent en gérer les documents.",
        "Solo quienes gestionan este servidor pueden gestionar sus documentos.",
    )
    NO_SERVER_DOCUMENTS = _Row(
        "In this bot, servers have no documents of their own.",
        "Dans ce bot, les serveurs n’ont pas de documents propres.",
        "En este bot, los servidores no tienen documentos propios.",
    )
    NO_OWN_DOCUMENTS = _Row(
        "This server has no documents of its own yet: {add} adds some.",
        "Ce serveur n’a pas encore de documents propres : {add} permet d’en ajouter.",
        "Este servidor aún no tiene documentos propios: {add} los añade.",
    )
    FOLDER_FIXED = _Row(
        "The documents of this folder cannot be changed from here: it comes with the program, or may not be written. "
        "The operator of this bot can name another one in RAPPORTEUR_DOCUMENTS.",
        "Les documents de ce dossier ne peuvent pas être modifiés ici : il est fourni avec le programme, ou n’est pas "
        "accessible en écriture. L’exploitant de ce bot peut en indiquer un autre dans RAPPORTEUR_DOCUMENTS.",
        "Los documentos de esta carpeta no se pueden cambiar desde aquí: viene con el programa o no se puede escribir "
        "en ella. El operador de este bot puede indicar otra en RAPPORTEUR_DOCUMENTS.",
    )
    NOT_WRITTEN = _Row(
        "The folder of documents cannot be written ({reason}); tell the operator of this bot.",
        "Impossible d’écrire dans le dossier de documents ({reason}) ; prévenez l’exploitant de ce bot.",
        "No se puede escribir en la carpeta de documentos ({reason}); avise al operador de este bot.",
    )
    CONFIRM_REFRESH = _Row("Refresh", "Actualiser", "Actualizar")
    CONFIRM_ADD = _Row("Add", "Ajouter", "Añadir")
    CONFIRM_REMOVE = _Row("Take out", "Retirer", "Retirar")
    CONFIRM_ROLLBACK = _Row("Go back", "Revenir", "Volver")
    CANCEL = _Row("Cancel", "Annuler", "Cancelar")
    STOP = _Row("Stop", "Arrêter", "Detener")
    CANCELLED = _Row("Nothing was changed.", "Rien n’a été modifié.", "No se ha cambiado nada.")

    INDEX_STATUS = _Row("Index: ready", "Index : prêt", "Índice: listo")
    INDEX_REFRESHING = _Row(
        "Index: a refresh is running",
        "Index : une actualisation est en cours",
        "Índice: hay una actualización en curso",
    )
    INDEX_NONE = _Row("No index yet", "Pas encore d’index", "Todavía no hay índice")
    INDEX_UNUSABLE = _Row("Index: unusable", "Index : inutilisable", "Índice: inservible")
    STATUS_UNUSED = _Row(
        "It cannot be used as it is, so only the shared documents answer here: refresh it.",
        "Il ne peut pas servir en l’état, et seuls les documents communs répondent ici : actualisez-le.",
        "No puede usarse tal como está, y aquí solo responden los documentos comunes: actualícelo.",
    )
    STATUS_HOLDS = _Row(
        "{documents}, {passages}, built {when}, model {model}",
        "{documents}, {passages}, construit {when}, modèle {model}",
        "{documents}, {passages}, construido {when}, modelo {model}",
    )
    STATUS_CHANGED = _Row(
        "On disk since then: {added} new, {changed} changed, {removed} gone",
        "Sur le disque depuis : nouveaux {added}, modifiés {changed}, disparus {removed}",
        "En el disco desde entonces: nuevos {added}, cambiados {changed}, desaparecidos {removed}",
    )
    STATUS_SAME = _Row(
        "On disk nothing has changed since then",
        "Sur le disque, rien n’a changé depuis",
        "En el disco no ha cambiado nada desde entonces",
    )
    STATUS_RUNNING = _Row(
        "A refresh started by {who} {when} is running",
        "Une actualisation lancée par {who} {when} est en cours",
        "Hay una actualización en curso, iniciada por {who} {when}",
    )
    STATUS_FAILURE = _Row(
        "Last failure, {when}: {reason}", "Dernier échec, {when} : {reason}", "Último fallo, {when}: {reason}"
    )
    STATUS_QUOTA = _Row(
        "{documents} of {most}, {size} of {most_size} MB",
        "{documents} sur {most}, {size} Mo sur {most_size}",
        "{documents} de {most}, {size} de {most_size} MB",
    )

    REFRESHING = _Row("Refreshing the index…", "Actualisation de l’index…", "Actualizando el índice…")
    PHASE_READING = _Row(
        "Reading and embedding documents",
        "Lecture et vectorisation des documents",
        "Lectura y vectorización de documentos",
    )
    PHASE_WRITING = _Row("Writing the index", "Écriture de l’index", "Escritura del índice")
    PHASE_CHECKING = _Row("Checking the index", "Vérification de l’index", "Comprobación del índice")
    PHASE_WAITS = _Row("{phase}: to come", "{phase} : à venir", "{phase}: pendiente")
    PHASE_AT = _Row("{phase}: {done} of {total}", "{phase} : {done} sur {total}", "{phase}: {done} de {total}")
    PHASE_DONE = _Row("{phase}: done", "{phase} : terminé", "{phase}: hecho")
    STILL_ANSWERING = _Row(
        "Answers keep coming from the index before until the new one is verified.",
        "Les réponses viennent de l’index précédent jusqu’à ce que le nouveau soit vérifié.",
        "Las respuestas salen del índice anterior hasta que el nuevo esté comprobado.",
    )
    REFRESH_RUNS = _Row(
        "A refresh started by {who} {when} is still running.",
        "Une actualisation lancée par {who} {when} est encore en cours.",
        "Todavía hay en curso una actualización iniciada por {who} {when}.",
    )
    REFRESH_RUNS_ELSEWHERE = _Row(
        "Another refresh of these documents is still running.",
        "Une autre actualisation de ces documents est encore en cours.",
        "Todavía hay en curso otra actualización de estos documentos.",
    )
    REFRESH_AGAIN = _Row(
        "Refresh once more when it has ended.",
        "Actualisez de nouveau quand elle sera terminée.",
        "Actualice de nuevo cuando haya terminado.",
    )
    REFRESHED = _Row("Index refreshed", "Index actualisé", "Índice actualizado")
    REFRESHED_SAME = _Row(
        "Nothing changed; the index stays", "Rien n’a changé ; l’index reste", "Nada ha cambiado; el índice queda"
    )
    REFRESH_STOPPED = _Row(
        "The refresh was stopped; the index in use stays.",
        "L’actualisation a été arrêtée ; l’index en service reste.",
        "La actualización se ha detenido; el índice en uso queda.",
    )
    MORE_IN_HISTORY = _Row(
        "{history} tells more to those who manage these documents.",
        "{history} en dit plus aux personnes qui gèrent ces documents.",
        "{history} dice más a quienes gestionan estos documentos.",
    )
    REFRESH_FAILED = _Row("The refresh failed", "L’actualisation a échoué", "La actualización ha fallado")
    INDEX_STAYS = _Row(
        "The index in use stays as it was.", "L’index en service reste tel quel.", "El índice en uso queda como estaba."
    )
    NO_REFRESH = _Row(
        "No refresh is running any more.",
        "Aucune actualisation n’est plus en cours.",
        "Ya no hay ninguna actualización en curso.",
    )
    STOPPING = _Row("It is being stopped.", "Arrêt en cours.", "Se está deteniendo.")
    RESULT_HOLDS = _Row(
        "{documents}, {passages}, {seconds} s",
        "{documents}, {passages}, {seconds} s",
        "{documents}, {passages}, {seconds} s",
    )
    RESULT_DOCUMENTS = _Row(
        "Documents: {added} added, {changed} changed, {removed} removed",
        "Documents : ajoutés {added}, modifiés {changed}, retirés {removed}",
        "Documentos: añadidos {added}, cambiados {changed}, retirados {removed}",
    )
    RESULT_PASSAGES = _Row(
        "Passages: {added} added, {removed} removed",
        "Passages : ajoutés {added}, retirés {removed}",
        "Pasajes: añadidos {added}, retirados {removed}",
    )
    RESULT_VECTORS = _Row(
        "Embedded: {embedded}, taken over: {reused}",
        "Vectorisés : {embedded}, repris : {reused}",
        "Vectorizados: {embedded}, reutilizados: {reused}",
    )
    NOT_READ = _Row("Files not read: {n}", "Fichiers non lus : {n}", "Archivos no leídos: {n}")
    AND_MORE = _Row(
        "and {n} more: all are in the file below",
        "et {n} de plus : tous figurent dans le fichier ci-dessous",
        "y {n} más: todos están en el archivo de abajo",
    )

    ADD_TITLE = _Row("Add documents", "Ajouter des documents", "Añadir documentos")
    ADD_FILES = _Row("Text files", "Fichiers texte", "Archivos de texto")
    ADD_FILES_HINT = _Row(
        "Up to 10, in UTF-8; you see how each is read before it is added",
        "Jusqu’à 10, en UTF-8 ; vous voyez comment chacun est lu avant l’ajout",
        "Hasta 10, en UTF-8; verá cómo se lee cada uno antes de añadirlo",
    )
    NOTHING_GIVEN = _Row(
        "There is no file to add.", "Il n’y a pas de fichier à ajouter.", "No hay ningún archivo que añadir."
    )
    ADD_CHECK = _Row(
        "Read as follows; nothing is added yet",
        "Lecture obtenue ; rien n’est encore ajouté",
        "Así se leen; aún no se ha añadido nada",
    )
    ADD_NONE = _Row("Nothing can be added", "Rien ne peut être ajouté", "No se puede añadir nada")
    SEEN_BY_ALL = _Row(
        "Everybody who asks me, in any server, will be answered from what is added.",
        "Toute personne qui m’interroge, sur n’importe quel serveur, recevra des réponses tirées de ces ajouts.",
        "Cualquier persona que me pregunte, en cualquier servidor, recibirá respuestas de lo que se añada.",
    )
    SEEN_HERE = _Row(
        "Only people in this server will be answered from what is added. {days} days after I leave it, it is deleted.",
        "Seules les personnes de ce serveur recevront des réponses tirées de ces ajouts. {days} jours après mon "
        "départ, tout est supprimé.",
        "Solo las personas de este servidor recibirán respuestas de lo que se añada. {days} días después de que lo "
        "abandone, se borra.",
    )
    ADD_WAITS = _Row(
        "It waits for you until {when}.",
        "En attente de votre décision jusqu’à {when}.",
        "Espera su decisión hasta {when}.",
    )
    READ_WITH = _Row(
        "{passages}; preambular paragraphs: {preambular}, operative: {operative}",
        "{passages} ; paragraphes du préambule : {preambular}, du dispositif : {operative}",
        "{passages}; párrafos del preámbulo: {preambular}, de la parte dispositiva: {operative}",
    )
    WARNING = _Row("Looks wrong: {warning}", "Paraît anormal : {warning}", "Parece incorrecto: {warning}")
    MORE_WARNINGS = _Row("And {n} more warnings", "Et {n} autres avertissements", "Y {n} advertencias más")
    REPLACES = _Row(
        "It takes the place of the document of this name.",
        "Il prend la place du document du même nom.",
        "Ocupa el lugar del documento de este nombre.",
    )
    KEPT_AS = _Row("kept as {name}", "enregistré sous {name}", "se guarda como {name}")
    REFUSED_FILE = _Row("Not taken", "Refusé", "No se acepta")
    TOO_LARGE = _Row(
        "It is too large ({size} MB; at most {most} MB): divide it into several files.",
        "Il est trop volumineux ({size} Mo ; au plus {most} Mo) : divisez-le en plusieurs fichiers.",
        "Es demasiado grande ({size} MB; como máximo {most} MB): divídalo en varios archivos.",
    )
    LONGER_THAN_SAID = _Row(
        "It is longer than Discord said: give it again.",
        "Il est plus long que ce que Discord annonçait : envoyez-le de nouveau.",
        "Es más largo de lo que Discord indicaba: envíelo de nuevo.",
    )
    NOT_FETCHED = _Row(
        "Discord does not give it: send it again.",
        "Discord ne le fournit pas : envoyez-le de nouveau.",
        "Discord no lo entrega: envíelo de nuevo.",
    )
    IS_PDF = _Row(
        "It is a PDF, which this version does not read: export it as text.",
        "C’est un PDF, que cette version ne lit pas : exportez-le en texte.",
        "Es un PDF, que esta versión no lee: expórtelo como texto.",
    )
    IS_ARCHIVE = _Row(
        "It is an archive or an Office document, which is never unpacked: give the text itself.",
        "C’est une archive ou un document bureautique, qui n’est jamais décompressé : envoyez le texte lui-même.",
        "Es un archivo comprimido o un documento de oficina, que nunca se descomprime: envíe el texto mismo.",
    )
    IS_NO_TEXT = _Row(
        "It is no text: export it as text in UTF-8.",
        "Ce n’est pas du texte : exportez-le en texte UTF-8.",
        "No es texto: expórtelo como texto en UTF-8.",
    )
    CANNOT_BE_READ = _Row("It {reason}", "Il ne peut pas être lu : {reason}", "No se puede leer: {reason}")
    TOOK_TOO_LONG = _Row(
        "Reading it took too long: divide it into several files.",
        "Sa lecture a pris trop de temps : divisez-le en plusieurs fichiers.",
        "Su lectura ha tardado demasiado: divídalo en varios archivos.",
    )
    HELD_ALREADY = _Row(
        "Its content is there already, as {document}.",
        "Son contenu y est déjà, sous le nom {document}.",
        "Su contenido ya está, como {document}.",
    )
    NAME_TWICE = _Row(
        "Another of these files has the same name: rename one of them.",
        "Un autre de ces fichiers porte le même nom : renommez l’un d’eux.",
        "Otro de estos archivos tiene el mismo nombre: cambie el de uno de ellos.",
    )
    NAME_TAKEN = _Row(
        "Meanwhile somebody added another document of this name: give it again.",
        "Entre-temps, quelqu’un a ajouté un autre document de ce nom : envoyez-le de nouveau.",
        "Entretanto alguien ha añadido otro documento con este nombre: envíelo de nuevo.",
    )
    TOO_MANY_DOCUMENTS = _Row(
        "This server has as many documents as it may ({most}): take one out first.",
        "Ce serveur a atteint son nombre maximal de documents ({most}) : retirez-en d’abord un.",
        "Este servidor tiene ya todos los documentos que puede tener ({most}): retire antes uno.",
    )
    TOO_MUCH_TEXT = _Row(
        "The documents of this server would be larger than they may be ({most} MB): take one out first.",
        "Les documents de ce serveur dépasseraient la taille permise ({most} Mo) : retirez-en d’abord un.",
        "Los documentos de este servidor superarían el tamaño permitido ({most} MB): retire antes uno.",
    )
    WAITS_NO_MORE = _Row(
        "This waits no more: give the files again.",
        "La demande n’est plus en attente : envoyez de nouveau les fichiers.",
        "Esto ya no espera: envíe de nuevo los archivos.",
    )
    NOTHING_ADDED = _Row("Nothing was added", "Rien n’a été ajouté", "No se ha añadido nada")
    ADDED = _Row("Added: {names}", "Ajoutés : {names}", "Añadidos: {names}")

    REMOVE_HEAD = _Row("Take out {document}?", "Retirer {document} ?", "¿Retirar {document}?")
    REMOVE_WHAT = _Row(
        "It has {passages}. It is no longer quoted as soon as the refresh that follows is done.",
        "Il a {passages}. Il n’est plus cité dès que l’actualisation qui suit est terminée.",
        "Tiene {passages}. Deja de citarse en cuanto termina la actualización que sigue.",
    )
    REMOVE_UNDO = _Row(
        "{rollback} to an index that has it puts it back.",
        "{rollback} vers un index qui le contient le remet en place.",
        "{rollback} a un índice que lo contiene lo restituye.",
    )
    REMOVED = _Row("Taken out: {names}", "Retirés : {names}", "Retirados: {names}")
    GONE_DOCUMENT = _Row(
        "That document is no longer there, or is another one now.",
        "Ce document n’est plus là, ou a changé depuis.",
        "Ese documento ya no está, o ahora es otro.",
    )
    LAST_DOCUMENT = _Row(
        "It is the last of the shared documents, and without any I could not answer: add another one first.",
        "C’est le dernier des documents communs, et sans document je ne pourrais pas répondre : ajoutez-en d’abord un "
        "autre.",
        "Es el último de los documentos comunes, y sin ninguno no podría responder: añada antes otro.",
    )
    NO_SUCH_DOCUMENT_HERE = _Row(
        "There is no document “{words}” among them; choose one from the list.",
        "Il n’y a pas de document « {words} » parmi eux ; choisissez dans la liste.",
        "No hay ningún documento «{words}» entre ellos; elija uno de la lista.",
    )

    ROLLBACK_HEAD = _Row(
        "Go back to the index of {when}?", "Revenir à l’index du {when} ?", "¿Volver al índice del {when}?"
    )
    ROLLBACK_WHAT = _Row(
        "{documents}, {passages}. Documents it has that were taken out are put back into the folder.",
        "{documents}, {passages}. Ses documents qui ont été retirés sont remis dans le dossier.",
        "{documents}, {passages}. Sus documentos que se retiraron vuelven a la carpeta.",
    )
    ROLLBACK_FOLDER = _Row(
        "The next refresh reads the folder again: take out what is not to come back.",
        "La prochaine actualisation relit le dossier : retirez ce qui ne doit pas revenir.",
        "La próxima actualización vuelve a leer la carpeta: retire lo que no deba volver.",
    )
    ROLLED_BACK = _Row(
        "Gone back to the index of {when}", "Retour à l’index du {when}", "Se ha vuelto al índice del {when}"
    )
    PUT_BACK = _Row("Put back: {names}", "Remis en place : {names}", "Restituidos: {names}")
    NOT_IN_FOLDER = _Row(
        "No longer in the folder, and gone with the next refresh: {names}",
        "Absents du dossier, et supprimés à la prochaine actualisation : {names}",
        "Ya no están en la carpeta y desaparecen con la próxima actualización: {names}",
    )
    BACK_WITH_NEXT = _Row(
        "In the folder, and read again with the next refresh: {names}",
        "Dans le dossier, et relus à la prochaine actualisation : {names}",
        "En la carpeta, y se leen de nuevo con la próxima actualización: {names}",
    )
    NO_SUCH_GENERATION = _Row(
        "That is no index that can be gone back to; choose one from the list.",
        "Ce n’est pas un index auquel on peut revenir ; choisissez dans la liste.",
        "No es un índice al que se pueda volver; elija uno de la lista.",
    )
    IN_USE_NOW = _Row("in use", "en service", "en uso")

    HISTORY = _Row("History of the index", "Historique de l’index", "Historial del índice")
    NO_HISTORY = _Row("Nothing has been done yet.", "Rien n’a encore été fait.", "Todavía no se ha hecho nada.")
    DID_REFRESH = _Row("refresh", "actualisation", "actualización")
    DID_ROLLBACK = _Row("rollback", "retour en arrière", "vuelta atrás")
    DID_PUT_ASIDE = _Row("damaged index put aside", "index endommagé mis de côté", "índice dañado apartado")
    DID_ADD = _Row("documents added", "documents ajoutés", "documentos añadidos")
    DID_REMOVE = _Row("documents taken out", "documents retirés", "documentos retirados")
    ENDED_DONE = _Row("done", "fait", "hecho")
    ENDED_UNCHANGED = _Row("nothing changed", "rien n’a changé", "sin cambios")
    ENDED_FAILED = _Row("failed", "échec", "fallo")
    ENDED_STOPPED = _Row("stopped", "arrêté", "detenido")
    ENDED_BROKEN_OFF = _Row("broken off", "interrompu", "interrumpido")
    BY_WHOM = _Row("by {who}, {where}", "par {who}, {where}", "por {who}, {where}")

    CHECK_HEAD = _Row(
        "How the folder is read: {documents}", "Lecture du dossier : {documents}", "Cómo se lee la carpeta: {documents}"
    )
    CHECK_WARNED = _Row("With warnings: {n}", "Avec des avertissements : {n}", "Con advertencias: {n}")
    CHECK_LIST = _Row(
        "Every file, with its counts and warnings, is in the list below.",
        "Chaque fichier, avec ses nombres et avertissements, figure dans la liste ci-dessous.",
        "Cada archivo, con sus números y advertencias, está en la lista de abajo.",
    )

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
    PRIVACY_UNANSWERED = _Row(
        "This server keeps unanswered questions. A question asked here, in private too, that I decline or whose "
        "answer is marked Not helpful is kept for {days} days: its words, the day and why, so that the admins know "
        "what to write next. Not kept are who asked and where; mentions, links and ids are taken out. So it stays "
        "when you delete your message. Those who manage this server, and whoever runs me, can read it.",
        "Ce serveur conserve les questions sans réponse. Une question posée ici, même en privé, restée sans réponse "
        "ou dont la réponse est jugée « Pas utile » est conservée {days} jours : ses mots, le jour et le motif, pour "
        "que l’administration sache quoi rédiger. L’auteur et le salon ne sont pas conservés ; les mentions, liens et "
        "identifiants sont retirés. Elle reste donc quand vous supprimez votre message. Les personnes qui gèrent ce "
        "serveur et celle qui m’exploite peuvent la lire.",
        "Este servidor conserva las preguntas sin respuesta. Una pregunta hecha aquí, también en privado, que queda "
        "sin respuesta o cuya respuesta se marca como «No es útil» se conserva {days} días: sus palabras, el día y el "
        "motivo, para que la administración sepa qué escribir. No se conserva quién preguntó ni dónde; se quitan "
        "menciones, enlaces e identificadores. Por eso sigue ahí cuando elimina su mensaje. Pueden leerla quienes "
        "gestionan este servidor y quien me opera.",
    )
    PRIVACY_OTHERWISE = _Row(
        "No other question and no message is stored or logged. A question is in memory while it is answered; in a "
        "server it stands in your own message and in the answer, which you can remove.",
        "Aucune autre question ni aucun message n’est conservé ou journalisé. Une question n’est en mémoire que "
        "pendant qu’il y est répondu ; sur un serveur, elle figure dans votre message et dans la réponse, que vous "
        "pouvez supprimer.",
        "No se conserva ni se registra ninguna otra pregunta ni ningún mensaje. Una pregunta está en memoria solo "
        "mientras se responde; en un servidor figura en su propio mensaje y en la respuesta, que puede eliminar.",
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
    PRIVACY_OWN_DOCUMENTS = _Row(
        "Documents that the admins of a server add are shown in that server alone, and deleted {days} days after I "
        "leave it.",
        "Les documents ajoutés par les admins d’un serveur ne sont montrés que sur ce serveur, et supprimés {days} "
        "jours après mon départ.",
        "Los documentos que añaden los admins de un servidor se muestran solo en ese servidor, y se borran {days} días "
        "después de que lo abandone.",
    )
    PRIVACY_MANAGERS = _Row(
        "Whoever manages documents stands in the log of their index, by name and number.",
        "Les personnes qui gèrent des documents figurent dans le journal de leur index, avec leur nom et leur numéro.",
        "Quienes gestionan documentos figuran en el registro de su índice, con su nombre y su número.",
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
    OPTION_UNANSWERED = _Row(
        "Keep unanswered questions for 30 days, for admins to see",
        "Conserver 30 jours les questions sans réponse, pour l’administration",
        "Conservar 30 días las preguntas sin respuesta, para la administración",
    )
    COMMAND_INDEX_GAPS = _Row(
        "List questions that the documents left unanswered",
        "Lister les questions restées sans réponse",
        "Mostrar las preguntas que quedaron sin respuesta",
    )
    COMMAND_INDEX = _Row(
        "Manage the documents I answer from", "Gérer les documents que je cite", "Gestionar los documentos que cito"
    )
    COMMAND_INDEX_STATUS = _Row(
        "Show what the index holds and whether it is up to date",
        "Afficher ce que contient l’index et s’il est à jour",
        "Mostrar qué contiene el índice y si está al día",
    )
    COMMAND_INDEX_REFRESH = _Row(
        "Read the documents again and bring the index up to date",
        "Relire les documents et mettre l’index à jour",
        "Leer de nuevo los documentos y poner el índice al día",
    )
    COMMAND_INDEX_ADD = _Row(
        "Add documents, shown as they are read before you confirm",
        "Ajouter des documents, montrés tels qu’ils sont lus avant confirmation",
        "Añadir documentos, mostrados tal como se leen antes de confirmar",
    )
    COMMAND_INDEX_REMOVE = _Row("Take a document out", "Retirer un document", "Retirar un documento")
    COMMAND_INDEX_ROLLBACK = _Row(
        "Go back to an index before", "Revenir à un index précédent", "Volver a un índice anterior"
    )
    COMMAND_INDEX_HISTORY = _Row(
        "Show who did what to the index", "Afficher qui a fait quoi à l’index", "Mostrar quién hizo qué con el índice"
    )
    COMMAND_INDEX_CHECK = _Row(
        "Show how each file is read, without indexing it",
        "Afficher comment chaque fichier est lu, sans l’indexer",
        "Mostrar cómo se lee cada archivo, sin indexarlo",
    )
    OPTION_WHOSE = _Row(
        "Those that all servers share, or those of this server",
        "Ceux communs à tous les serveurs, ou ceux de ce serveur",
        "Los comunes a todos los servidores, o los de este servidor",
    )
    OPTION_FILE = _Row(
        "A text file; without it, a form opens for up to ten",
        "Un fichier texte ; sans lui, un formulaire s’ouvre pour dix au plus",
        "Un archivo de texto; sin él, se abre un formulario para diez como máximo",
    )
    OPTION_TAKEN_OUT = _Row("Symbol or title", "Cote ou titre", "Signatura o título")
    OPTION_GENERATION = _Row("Which index to go back to", "À quel index revenir", "A qué índice volver")
    MENU_ADD_DOCUMENTS = _Row("Add to documents", "Ajouter aux documents", "Añadir a los documentos")
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
