// People and classes as this device knows them.

import { live, touches } from "./hub";
import type { Queries } from "./queries";
import type { ClassRow, Live, PersonRow, View } from "./shapes";

const ALL = { limit: 10_000 };
const collator = new Intl.Collator(undefined, { sensitivity: "base", numeric: true });

function personRow({ id, fields }: View<"person">): PersonRow {
  return { id, name: fields.name, role: fields.role, status: fields.status, classes: fields.classes };
}

async function everyone(queries: Queries): Promise<PersonRow[]> {
  const { rows } = await queries.all("person", ALL);
  return rows.map(personRow).sort((a, b) => collator.compare(a.name, b.name));
}

export function people(queries: Queries): Live<PersonRow[]> {
  return live(
    queries.core.hub,
    () => everyone(queries),
    (change) => touches(change, ["person"]),
  );
}

async function allClasses(queries: Queries): Promise<ClassRow[]> {
  const { rows } = await queries.all("class", ALL);
  const students = (await everyone(queries)).filter((person) => person.role === "student");
  const found = rows.map(({ id, fields }) => ({
    id,
    title: fields.title,
    active: fields.active,
    teachers: fields.teachers,
    students: students.filter((student) => student.classes.includes(id)),
  }));
  return found.sort((a, b) => collator.compare(a.title, b.title));
}

export function classes(queries: Queries): Live<ClassRow[]> {
  return live(
    queries.core.hub,
    () => allClasses(queries),
    (change) => touches(change, ["person", "class"]),
  );
}
