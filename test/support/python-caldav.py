"""Drives python-caldav (0.11.0 was the one tried) through what it does for its users; prints what it saw as JSON."""
import json
import os
import sys
from datetime import date, datetime, timezone

import caldav
from caldav.elements import cdav, dav
from caldav.lib.error import NotFoundError


def utc(*parts):
    return datetime(*parts, tzinfo=timezone.utc)


def summaries(objects):
    return sorted(str(found.icalendar_component["SUMMARY"]) for found in objects)


def starts(objects):
    return sorted(found.icalendar_component["DTSTART"].dt.isoformat() for found in objects)


def discovery(principal):
    calendars = principal.calendars()
    return {
        "principal": principal.url.path,
        "home": principal.calendar_home_set.url.path,
        "calendars": sorted(each.url.path for each in calendars),
        "components": {each.url.path: each.get_supported_components() for each in calendars},
        "addresses": principal.calendar_user_address_set(),
    }


def making(principal):
    made = principal.make_calendar(name="Made", cal_id="made")
    renamed = made.get_display_name()
    made.set_properties([dav.DisplayName("Renamed")])
    seen = made.get_display_name()
    made.delete()
    try:
        made.events()
        gone = False
    except NotFoundError:
        gone = True
    return {"named": renamed, "renamed": seen, "gone": gone}


def events(calendar):
    calendar.save_event(
        dtstart=utc(2026, 11, 24, 10), dtend=utc(2026, 11, 24, 11), summary="Dentist",
        categories=["Health", "Family"], location="Town",
    )
    calendar.save_event(dtstart=date(2026, 12, 24), dtend=date(2026, 12, 25), summary="Party")
    calendar.save_event(
        dtstart=utc(2026, 11, 2, 6), dtend=utc(2026, 11, 2, 7), summary="Run", rrule={"FREQ": "DAILY"},
    )
    dentist = calendar.search(event=True, summary="Denti")[0]
    uid = str(dentist.icalendar_component["UID"])
    dentist.icalendar_component["LOCATION"] = "City"
    dentist.save()
    november = {"start": utc(2026, 11, 23), "end": utc(2026, 11, 26), "event": True}
    return {
        "all": summaries(calendar.events()),
        "changed": str(calendar.event_by_uid(uid).icalendar_component["LOCATION"]),
        "by url": str(calendar.event_by_url(dentist.url).icalendar_component["SUMMARY"]),
        "text": summaries(calendar.search(event=True, summary="art")),
        "category": summaries(calendar.search(event=True, category="amil")),
        "several": summaries(calendar.search(event=True, category="Health", location="Cit")),
        "neither": summaries(calendar.search(event=True, category="Health", location="Town")),
        "range": summaries(calendar.search(**november)),
        "open end": summaries(calendar.search(event=True, start=utc(2026, 11, 26))),
        "open start": summaries(calendar.search(event=True, end=utc(2026, 11, 3))),
        "far": summaries(calendar.search(event=True, start=utc(2222, 1, 1), end=utc(2222, 1, 2))),
        "expanded": starts(calendar.search(expand=True, **november)),
        "no component": summaries(calendar.search(xml=whole_calendar())),
        "multiget": summaries(calendar.calendar_multiget([dentist.url])),
    }


def whole_calendar():
    """A calendar-query whose filter names no component."""
    prop = dav.Prop() + cdav.CalendarData()
    return cdav.CalendarQuery() + [prop, cdav.Filter() + cdav.CompFilter("VCALENDAR")]


def todos(tasks):
    tasks.save_todo(summary="Tax", due=utc(2026, 12, 1, 12), categories=["Money"], priority=1)
    tasks.save_todo(summary="Some day")
    chore = {"FREQ": "WEEKLY", "COUNT": 3}
    for name in ("Bins", "Plants"):
        tasks.save_todo(
            summary=name, dtstart=utc(2026, 11, 2, 18), due=utc(2026, 11, 2, 19), rrule=chore,
        )
    tax = tasks.search(todo=True, summary="Tax")[0]
    tax.complete()
    pending = summaries(tasks.todos())
    tax.load()
    tax.uncomplete()
    reopened = summaries(tasks.todos())
    week = {"todo": True, "start": utc(2026, 11, 9), "end": utc(2026, 11, 10)}
    expanded = starts(tasks.search(expand=True, include_completed=True, summary="Bins", **week))
    bins = tasks.search(todo=True, summary="Bins")[0]
    bins.complete(utc(2026, 11, 3), handle_rrule=True, rrule_mode="safe")
    plants = tasks.search(todo=True, summary="Plants")[0]
    plants.complete(utc(2026, 11, 3), handle_rrule=True, rrule_mode="thisandfuture")
    plants.load()
    return {
        "pending": pending,
        "reopened": reopened,
        "range": summaries(tasks.search(include_completed=True, **week)),
        "category": summaries(tasks.search(todo=True, category="Mon")),
        "expanded": expanded,
        "completed safely": starts(tasks.search(todo=True, include_completed=True, summary="Bins")),
        "this and future": plants.data.count("BEGIN:VTODO"),
    }


def journals(principal):
    diary = principal.make_calendar(
        name="Diary", cal_id="diary", supported_calendar_component_set=["VJOURNAL"],
    )
    diary.save_journal(dtstart=date(2026, 11, 24), summary="Rain", description="All day.")
    diary.save_journal(dtstart=date(2026, 12, 24), summary="Snow")
    day = {"start": utc(2026, 11, 24), "end": utc(2026, 11, 25)}
    return {
        "all": summaries(diary.journals()),
        "range": summaries(diary.search(comp_class=caldav.Journal, **day)),
    }


def sync(calendar):
    known = calendar.objects(load_objects=True)
    before = known.sync_token
    added = calendar.save_event(dtstart=utc(2027, 1, 1, 10), dtend=utc(2027, 1, 1, 11), summary="New")
    updated, deleted = known.sync()
    first = (summaries(updated), len(deleted))
    added.delete()
    updated, deleted = known.sync()
    return {
        "before": len(known.objects),
        "added": first,
        "removed": (len(updated), len(deleted)),
        "since": len(list(calendar.objects(sync_token=before))),
        "unchanged": len(list(calendar.objects(sync_token=known.sync_token))),
    }


def free_busy(calendar):
    answer = calendar.freebusy_request(utc(2026, 11, 24), utc(2026, 11, 25))
    answer.load = lambda: answer
    lines = str(answer.data).replace("\r\n ", "").splitlines()
    return sorted(line for line in lines if line.startswith("FREEBUSY"))


url, user = sys.argv[1:]
with caldav.DAVClient(url, username=user, password=os.environ["PUSHDAV_PASSWORD"]) as client:
    account = client.principal()
    own = {each.url.path.rstrip("/").rsplit("/", 1)[1]: each for each in account.calendars()}
    print(json.dumps({
        "discovery": discovery(account),
        "making": making(account),
        "events": events(own["calendar"]),
        "todos": todos(own["tasks"]),
        "journals": journals(account),
        "sync": sync(own["calendar"]),
        "free busy": free_busy(own["calendar"]),
    }))
