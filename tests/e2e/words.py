"""What the screens say, for the journeys that people take in more than one language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    username: str
    password: str
    sign_in: str
    signed_out: str
    add: str
    note: str
    your_note: str
    done: str
    photos: str
    title: str
    your_words: str
    custody: dict[str, str]
    all_safe: str
    glow: str
    question: str
    publish: str
    published: str
    answer: str
    answer_to_ada: str
    send: str
    sent: str
    helped: str
    maya_helped: str
    new_showcase: str
    choose_work: str
    add_one: str
    pack: str
    packed: str
    present: str
    next: str
    thanks: str
    say_what_it_shows: str
    paste_list: str
    the_list: str
    look_before: str


ENGLISH = Words(
    username="User name",
    password="Password",
    sign_in="Sign in",
    signed_out="You are signed out.",
    add="Add work",
    note="Write a note",
    your_note="Your note",
    done="Done",
    photos="Choose photos",
    title="Title",
    your_words="Your words",
    custody={
        "device": "On this device",
        "safe": "Safe at school",
        "seen": "Seen by your teacher",
    },
    all_safe="All safe",
    glow="Glow",
    question="Question",
    publish="Send to the student",
    published="On its way to the student.",
    answer="Answer",
    answer_to_ada="Your answer to Ada Okafor",
    send="Send",
    sent="Your answer is on its way.",
    helped="Yes, it helped",
    maya_helped="Maya Castillo: it helped",
    new_showcase="New showcase",
    choose_work="Choose work",
    add_one="Add 1 piece",
    pack="Pack for offline",
    packed="Everything is on this device. You can present without a network.",
    present="Present",
    next="Next",
    thanks="Thank you",
    say_what_it_shows="Say what it shows",
    paste_list="Paste a class list",
    the_list="The list",
    look_before="Look before adding",
)
SPANISH = Words(
    username="Nombre de usuario",
    password="Contraseña",
    sign_in="Entrar",
    signed_out="Ya saliste.",
    add="Agregar trabajo",
    note="Escribir una nota",
    your_note="Tu nota",
    done="Listo",
    photos="Elegir fotos",
    title="Título",
    your_words="Tus palabras",
    custody={
        "device": "En este dispositivo",
        "safe": "A salvo en la escuela",
        "seen": "Tu docente ya lo vio",
    },
    all_safe="Todo a salvo",
    glow="Brilla",
    question="Pregunta",
    publish="Enviar a la persona",
    published="En camino a la persona.",
    answer="Responder",
    answer_to_ada="Tu respuesta a Ada Okafor",
    send="Enviar",
    sent="Tu respuesta está en camino.",
    helped="Sí, me sirvió",
    maya_helped="Maya Castillo: le sirvió",
    new_showcase="Nueva muestra",
    choose_work="Elegir trabajos",
    add_one="Agregar 1 trabajo",
    pack="Preparar para usar sin conexión",
    packed="Todo está en este dispositivo. Puedes presentar sin conexión.",
    present="Presentar",
    next="Siguiente",
    thanks="Gracias",
    say_what_it_shows="Decir qué muestra",
    paste_list="Pegar una lista",
    the_list="La lista",
    look_before="Ver antes de agregar",
)


def words_of(locale: str) -> Words:
    return SPANISH if locale.startswith("es") else ENGLISH
