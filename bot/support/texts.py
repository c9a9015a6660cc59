"""The sentences, in English and German: short, calm, without jargon, nobody to blame. Data only."""

from enum import StrEnum, unique
from types import MappingProxyType

from bot.policy import Language


@unique
class Text(StrEnum):
    """The sentences, by name; braces are filled in when one is said."""

    OR = "or"
    AND = "and"
    AND_ALSO = "and also"
    WILL_ANSWER = "will answer"
    WILL_ANSWER_LATE = "will answer late"
    WILL_FOLLOW_UP = "will follow up"
    BACK = "back"
    NOBODY = "nobody"
    NOBODY_HERE = "nobody here"
    NOBODY_BY = "nobody by"
    NO_ANSWER = "no answer"
    NO_FOLLOW_UP = "no follow-up"
    CALLING_AGAIN = "calling again"
    TEAM_CALLED = "team called"
    WAS_DUE = "was due"
    LATE = "late"
    WAS_DUE_BY = "was due by"
    CALLING = "calling"
    AGAIN = "again"
    ALL_TOLD = "all told"
    LOOKING = "looking"
    MORE_BY = "more by"
    MORE_WAS_BY = "more was by"
    REMINDED = "reminded"
    SOLVED = "solved"
    CLOSED_BY = "closed by"
    WITHDRAWN = "withdrawn"
    NOT_A_REQUEST = "not a request"
    CLAIM = "claim"
    SOLVE = "solve"
    SUPPORT = "support"
    REOPEN = "reopen"
    SEPARATE = "separate"
    OPEN_THREAD = "open thread"
    ALSO = "also"
    NO_TEXT = "no text"
    FOLLOWS = "follows"
    ANSWER_THERE = "answer there"
    FOLLOWS_OWN = "follows own"
    SAME_AS = "same as"
    IN_THE_HANDBOOK = "in the handbook"
    ASKED_YOU = "asked you"
    ASKED_THERE = "asked there"
    WAITS = "waits"
    WAITS_IF_MENTIONED = "waits if mentioned"
    REMINDER = "reminder"
    REMINDER_IF_MENTIONED = "reminder if mentioned"
    NO_REPLY = "no reply"
    NO_REPLY_IF_MENTIONED = "no reply if mentioned"
    WITH_DEVELOPERS = "with developers"
    PASSED_ON = "passed on"
    FIND_IT_AS = "find it as"
    TICKET_IS = "ticket is"
    KEY_FOLLOWS = "key follows"
    KEY_SOUGHT = "key sought"
    TICKET_DONE = "ticket done"
    OPEN_TICKET = "open ticket"
    ANSWERED = "answered"
    TAKEN_BACK = "taken back"
    TOO_LATE = "too late"
    IS_WITHDRAWN = "is withdrawn"
    UNDO = "undo"
    UNDONE = "undone"
    UNDO_TOO_LATE = "undo too late"
    OPEN_AGAIN = "open again"
    OPEN_ALREADY = "open already"
    SEPARATED = "separated"
    DONE = "done"
    BY_PHONE = "by phone"
    SAYS = "says"
    QUESTIONS = "questions"
    IS_ON_DUTY = "is on duty"
    ARE_ON_DUTY = "are on duty"
    HELP_THEM = "help them"
    SUGGEST_IT = "suggest it"
    FOR_THE_TEAM = "for the team"
    MAY_CLOSE = "may close"
    THE_TEAM = "the team"
    UNKNOWN = "unknown"
    ELSEWHERE = "elsewhere"
    STALE = "stale"
    FOR_ADMINS = "for admins"
    FOR_COLLEAGUES = "for colleagues"
    ASK_YOUR_ADMIN = "ask your admin"
    PAUSED = "paused"
    UNTIL = "until"
    UNTIL_RESUMED = "until resumed"
    SET_UP_BY_ADMINS = "set up by admins"
    NO_DESK_YET = "no desk yet"
    DESK_HERE = "desk here"
    SETTING_UP = "setting up"
    DESK_READY = "desk ready"
    DESK_READY_IF_MENTIONED = "desk ready if mentioned"
    SET_UP = "set up"
    SHALL_I_RAISE = "shall I raise"
    RAISE = "raise"
    RAISE_FOR = "raise for"
    RAISE_HERE = "raise here"
    RAISE_NO_PICTURE = "raise no picture"
    RAISE_IT = "raise it"
    RAISE_NOT = "raise not"
    RAISE_WORDS = "raise words"
    RAISE_WHERE = "raise where"
    RAISE_EMPTY = "raise empty"
    RAISE_TOO_LONG = "raise too long"
    RAISE_GONE = "raise gone"
    STILL_OPEN = "still open"
    RAISING = "raising"
    RAISED = "raised"
    RAISED_IN_PAUSE = "raised in a pause"
    SETUP_ELSEWHERE = "setup elsewhere"
    RAISED_FOR_YOU = "raised for you"
    RAISED_BEFORE = "raised before"
    RAISE_AFTER_ALL = "raise after all"
    NOT_RAISED = "not raised"
    NOTHING_RAISED = "nothing raised"
    NOWHERE_TO_RAISE = "nowhere to raise"
    NOWHERE_TO_SEARCH = "nowhere to search"
    NOT_UNDERSTOOD = "not understood"
    HANDBOOK = "handbook"
    HANDBOOK_SECTIONS = "handbook sections"
    HANDBOOK_SECTION = "handbook section"
    HANDBOOK_READ_TODAY = "handbook read today"
    HANDBOOK_READ = "handbook read"
    HANDBOOK_NOT_SINCE = "handbook not since"
    HANDBOOK_NOT_SINCE_AS = "handbook not since as"
    HANDBOOK_NEVER_READ = "handbook never read"
    HANDBOOK_NEVER_READ_AS = "handbook never read as"
    HANDBOOK_EMPTY = "handbook empty"
    HANDBOOK_ASK = "handbook ask"
    HANDBOOK_OPEN = "handbook open"
    HANDBOOK_OPEN_SECTION = "handbook open section"
    HANDBOOK_FOR = "handbook for"
    HANDBOOK_UNSURE = "handbook unsure"
    HANDBOOK_NOTHING = "handbook nothing"
    HANDBOOK_GONE = "handbook gone"
    HANDBOOK_FAILED = "handbook failed"
    HANDBOOK_FAILED_AS = "handbook failed as"
    HANDBOOK_TOO_LONG = "handbook too long"
    HANDBOOK_ABSENT = "handbook absent"
    HANDBOOK_SET = "handbook set"
    SAYS_THROUGH = "says through"
    YOUR_REQUESTS = "your requests"
    NO_REQUESTS = "no requests"
    MORE_REQUESTS = "more requests"
    HELP_REQUESTER = "help requester"
    HELP_REQUESTER_IF_MENTIONED = "help requester if mentioned"
    HELP_COLLEAGUE = "help colleague"
    SMALL_TALK = "small talk"
    SMALL_TALK_IF_MENTIONED = "small talk if mentioned"
    CALENDAR_NOT_READ = "calendar not read"
    ANSWERS_COUNT = "answers count"
    ANSWERS_COUNT_IF_MENTIONED = "answers count if mentioned"
    PRIVACY_TITLE = "privacy title"
    PRIVACY_WHY = "privacy why"
    PRIVACY_REQUESTS = "privacy requests"
    PRIVACY_REQUESTS_KEPT = "privacy requests kept"
    PRIVACY_COMMONS = "privacy commons"
    PRIVACY_COMMONS_KEPT = "privacy commons kept"
    PRIVACY_TEAM = "privacy team"
    PRIVACY_TEAM_KEPT = "privacy team kept"
    PRIVACY_AWAY = "privacy away"
    PRIVACY_AWAY_KEPT = "privacy away kept"
    PRIVACY_READERS = "privacy readers"
    PRIVACY_READ_BY = "privacy read by"
    PRIVACY_ASK = "privacy ask"
    PRIVACY_ASK_WHOM = "privacy ask whom"
    PRIVACY_ADMINS = "privacy admins"
    MY_TITLE = "my title"
    MY_TEXT = "my text"
    MY_NAME = "my name"
    MY_ID = "my id"
    MY_EMAIL = "my email"
    MY_SLACK = "my slack"
    MY_DAYS = "my days"
    MY_PRODUCTION = "my production"
    MY_EXPERIENCED = "my experienced"
    MY_YES = "my yes"
    MY_NO = "my no"
    MY_DATES = "my dates"
    MY_SHIFTS = "my shifts"
    MY_ABSENCES = "my absences"
    MY_STANDING_IN = "my standing in"
    MY_HOLIDAYS = "my holidays"
    MY_OBSERVING = "my observing"
    MY_WAIVED = "my waived"
    MY_AGAIN = "my again"
    MY_SERVED = "my served"
    MY_CHANGES = "my changes"
    MY_REQUESTS = "my requests"
    MY_PART = "my part"
    MY_CALLED = "my called"
    MY_ADVISED = "my advised"
    MY_UNREACHABLE = "my unreachable"
    MY_NONE = "my none"
    MY_PAGE = "my page"
    MY_ADMIN = "my admin"
    MY_TRAINING = "my training"
    MY_CHAT = "my chat"
    MY_RAISED = "my raised"
    MY_RAISED_FOR = "my raised for"
    MY_EARLY = "my early"
    MY_TICKETS = "my tickets"
    MY_COMMONS = "my commons"
    MY_EDITS = "my edits"
    MY_STORMS = "my storms"
    MY_PAUSE = "my pause"
    MY_PLANNING = "my planning"
    MY_SETUP = "my setup"
    MY_MESSAGES = "my messages"
    MY_MATTERS = "my matters"
    MY_REMARKS = "my remarks"
    MY_ANSWERED = "my answered"
    MY_TAKEN = "my taken"
    MY_CLOSED = "my closed"
    MY_QUESTIONS = "my questions"
    MY_ADVICE = "my advice"
    MY_LATEST = "my latest"
    MY_TRIAGE = "my triage"
    MY_RUNG = "my rung"
    MY_HELPING = "my helping"
    MY_REACTED = "my reacted"
    MY_HISTORY = "my history"
    MY_HISTORY_KEPT = "my history kept"
    UNKNOWN_COMMAND = "unknown command"
    WHO_IS_ON_DUTY = "who is on duty"
    THIS_WEEK = "this week"
    THIS_WEEK_ONE = "this week one"
    THIS_WEEK_ALSO = "this week also"
    ON_DUTY = "on duty"
    PRESENT = "present"
    FALLBACK = "fallback"
    OBSERVING = "observing"
    FROM = "from"
    NEXT_HANDOVER = "next handover"
    THEN = "then"
    NOT_ANYBODY = "not anybody"
    MENTION_MODE = "mention mode"
    MENTION_MODE_ON = "mention mode on"
    NOT_REACHED = "not reached"
    NO_ENTRA_ID = "no entra id"
    NOT_SET = "not set"


_QUESTIONS_EN = """What are you trying to achieve?
Since when does it happen?
How many are affected?
What stops if we wait?"""
_QUESTIONS_DE = """Was willst du erreichen?
Seit wann ist das so?
Wie viele sind betroffen?
Was steht still, wenn wir warten?"""

TEXTS = MappingProxyType(
    {
        Language.ENGLISH: MappingProxyType(
            {
                Text.OR: " or ",
                Text.AND: " and ",
                Text.AND_ALSO: ", and ",
                Text.WILL_ANSWER: " will answer by {by}.",
                Text.WILL_ANSWER_LATE: " will answer.",
                Text.WILL_FOLLOW_UP: " will follow up by {by}.",
                Text.BACK: "Support is back {at}.",
                Text.NOBODY: "Nobody is on duty. Everyone present has been told.",
                Text.NOBODY_HERE: "Nobody of support is here at the moment.",
                Text.NOBODY_BY: "You should hear from somebody by {by}.",
                Text.NO_ANSWER: "No answer yet.",
                Text.NO_FOLLOW_UP: "Still open.",
                Text.CALLING_AGAIN: " We are calling again.",
                Text.TEAM_CALLED: " The whole team has been called.",
                Text.WAS_DUE: "An answer was due by {by}.",
                Text.LATE: " It was due {late} ago.",
                Text.WAS_DUE_BY: " It was due by {by}.",
                Text.CALLING: " Calling ",
                Text.AGAIN: " again",
                Text.ALL_TOLD: " Everyone present has been told.",
                Text.LOOKING: "{who} is looking into it.",
                Text.MORE_BY: "You'll hear more by {by}.",
                Text.MORE_WAS_BY: "You were to hear more by {by}.",
                Text.REMINDED: "{who} has been reminded.",
                Text.SOLVED: "Solved.",
                Text.CLOSED_BY: "{who}, {at}.",
                Text.WITHDRAWN: "Withdrawn.",
                Text.NOT_A_REQUEST: "Not for support. If something blocks you, just post again.",
                Text.CLAIM: "I'm looking into it",
                Text.SOLVE: "It's solved",
                Text.SUPPORT: "Support…",
                Text.REOPEN: "Not solved",
                Text.SEPARATE: "Separate matter",
                Text.OPEN_THREAD: "Open thread",
                Text.ALSO: "Also: {what}",
                Text.NO_TEXT: "(no text: see the thread)",
                Text.FOLLOWS: "We look at this together with another request.",
                Text.ANSWER_THERE: "The answer is in the other thread.",
                Text.FOLLOWS_OWN: "This goes with your other post.",
                Text.SAME_AS: "We look at this together with ",
                Text.IN_THE_HANDBOOK: "This is in our handbook: {title}",
                Text.ASKED_YOU: "{who} has a question for you.",
                Text.ASKED_THERE: "{who} has asked something in the other thread. Once it is answered, we go on.",
                Text.WAITS: "As soon as you answer here, we go on.",
                Text.WAITS_IF_MENTIONED: "As soon as you answer here and mention me, we go on.",
                Text.REMINDER: ", can you answer {who}'s question? Then we can go on.",
                Text.REMINDER_IF_MENTIONED: ", can you answer {who}'s question and mention me? Then we can go on.",
                Text.NO_REPLY: "Closed, since we heard nothing more. Write here if it is still needed.",
                Text.NO_REPLY_IF_MENTIONED: (
                    "Closed, since we heard nothing more. Write here and mention me if it is still needed."
                ),
                Text.WITH_DEVELOPERS: "Passed to our developers, who take it from here.",
                Text.PASSED_ON: "Passed on.",
                Text.FIND_IT_AS: "You find it there as {key}.",
                Text.TICKET_IS: "It is with our developers as {key}.",
                Text.KEY_FOLLOWS: "Its number follows here.",
                Text.KEY_SOUGHT: "{who} is finding out its number.",
                Text.TICKET_DONE: "Our developers are done with {key}.",
                Text.OPEN_TICKET: "Open ticket",
                Text.ANSWERED: "Answered.",
                Text.TAKEN_BACK: "{who} took this back.",
                Text.TOO_LATE: "That was closed more than a week ago. Please post it again.",
                Text.IS_WITHDRAWN: "That was withdrawn. Please post it again.",
                Text.UNDO: "Undo: {what}",
                Text.UNDONE: "Taken back.",
                Text.UNDO_TOO_LATE: (
                    "That can't be taken back any more: ten minutes are over, or somebody else has acted since."
                ),
                Text.OPEN_AGAIN: "It is open again.",
                Text.OPEN_ALREADY: "It is open already.",
                Text.SEPARATED: "It is a matter of its own now.",
                Text.DONE: "Done.",
                Text.BY_PHONE: "We spoke on the phone.",
                Text.SAYS: "{who}:",
                Text.QUESTIONS: _QUESTIONS_EN,
                Text.IS_ON_DUTY: "This is for support: {who} is on duty.",
                Text.ARE_ON_DUTY: "This is for support: {who} are on duty.",
                Text.HELP_THEM: " If you know the answer, help them with it.",
                Text.SUGGEST_IT: " If you know the answer, suggest it with Support….",
                Text.FOR_THE_TEAM: "This is for the backend team; whoever of it is present can take it.",
                Text.MAY_CLOSE: "{requester}, who asked, can do this, and so can {who}.",
                Text.THE_TEAM: "the backend team",
                Text.UNKNOWN: "I don't know {id}. It may have been removed.",
                Text.ELSEWHERE: "This button belongs to another conversation.",
                Text.FOR_ADMINS: "This is for the desk's admins: {who}.",
                Text.FOR_COLLEAGUES: "This is for the backend team.",
                Text.ASK_YOUR_ADMIN: "whoever set it up",
                Text.PAUSED: "Paused",
                Text.UNTIL: "until {at}",
                Text.UNTIL_RESUMED: "until further notice",
                Text.SET_UP_BY_ADMINS: "An admin of mine can set this channel up. Please ask your team lead.",
                Text.NO_DESK_YET: "I am in no channel yet. It begins with @Hotseat setup, which an admin of mine "
                "writes in the channel where people ask for help.",
                Text.DESK_HERE: "Support for this channel",
                Text.SETTING_UP: "An admin is setting me up. From then on, every post here gets an answer.",
                Text.DESK_READY: "Post here what you need, and support sees it at once.",
                Text.DESK_READY_IF_MENTIONED: "Post here what you need and mention me, and support sees it at once.",
                Text.SET_UP: "Set up…",
                Text.STALE: "This button is from an older card. Please use the newest one in the thread.",
                Text.SHALL_I_RAISE: "Shall I raise this with support?",
                Text.RAISE: "Raise with support",
                Text.RAISE_FOR: "I post it in the channel, under the name of {who}.",
                Text.RAISE_HERE: "It becomes a request of {who}, in its own thread.",
                Text.RAISE_NO_PICTURE: " A picture does not come along: post it in the thread afterwards.",
                Text.RAISE_IT: "Raise it",
                Text.RAISE_NOT: "No",
                Text.RAISE_WORDS: "The words, as support reads them",
                Text.RAISE_WHERE: "Who is it for?",
                Text.RAISE_EMPTY: "Write in a few words what you need.",
                Text.RAISE_TOO_LONG: "That is too long to be posted whole. Please shorten it to {most} characters.",
                Text.STILL_OPEN: " Write my requests to see how it stands with what is open: {what}",
                Text.RAISE_GONE: "This post was deleted in the meantime, so I left it at that.",
                Text.RAISING: "I pass it on to the channel. The link comes in a message of its own.",
                Text.RAISED: "Raised as {id}. You see there who answers, and until when: ",
                Text.RAISED_IN_PAUSE: "Raised as {id}. Support is paused; who answers stands there after that: ",
                Text.SETUP_ELSEWHERE: "The setup of {desk} goes on in your own chat.",
                Text.RAISED_FOR_YOU: "{by} raised your message with support as {id}: ",
                Text.RAISE_AFTER_ALL: "You had said no to this, so nothing was posted. Shall I raise it after all?",
                Text.RAISED_BEFORE: "This was raised already, as {id}.",
                Text.NOT_RAISED: (
                    "I could not post it: the channel can't be reached at the moment. Your words are still here. "
                    "Try again in a while, or tell the backend team directly."
                ),
                Text.NOTHING_RAISED: "All right, nothing was posted.",
                Text.NOWHERE_TO_RAISE: "There is no support channel yet that I could post this in.",
                Text.NOT_UNDERSTOOD: "I did not understand that. Close this, and open it again.",
                Text.NOWHERE_TO_SEARCH: "There is no support channel for you yet, and so no handbook to search.",
                Text.HANDBOOK: "Handbook",
                Text.HANDBOOK_SECTIONS: "{count} sections",
                Text.HANDBOOK_SECTION: "1 section",
                Text.HANDBOOK_READ_TODAY: "read today at {at}",
                Text.HANDBOOK_READ: "read {at}",
                Text.HANDBOOK_NOT_SINCE: "I could not read it again since, so something may be missing.",
                Text.HANDBOOK_NOT_SINCE_AS: "Not read again since: {why}",
                Text.HANDBOOK_NEVER_READ: "I have not been able to read it, so I cannot search it.",
                Text.HANDBOOK_NEVER_READ_AS: "I have not been able to read it, so I cannot search it: {why}",
                Text.HANDBOOK_EMPTY: "It has no sections yet.",
                Text.HANDBOOK_ASK: "Write handbook and what you look for, such as: handbook label printer",
                Text.HANDBOOK_OPEN: "Open the handbook",
                Text.HANDBOOK_OPEN_SECTION: "Open section",
                Text.HANDBOOK_FOR: "Handbook: {words}",
                Text.HANDBOOK_UNSURE: "Perhaps this",
                Text.HANDBOOK_NOTHING: "I found nothing on that in the handbook.",
                Text.HANDBOOK_GONE: "What I found is no longer in the handbook. Please search again.",
                Text.HANDBOOK_FAILED: "I cannot search the handbook right now. Try again in a minute, or look in it.",
                Text.HANDBOOK_FAILED_AS: "{why}. Try again in a minute, or look in it.",
                Text.HANDBOOK_TOO_LONG: (
                    "That is too long to search for. Write the few words that matter, {most} characters at most."
                ),
                Text.HANDBOOK_ABSENT: "There is no handbook here yet.",
                Text.HANDBOOK_SET: (
                    "To name one, set HANDBOOK to owner/repo/path@ref on GitHub or to a file, "
                    "or write policy and give its address on GitHub."
                ),
                Text.SAYS_THROUGH: "{who}, passed on by {by}:",
                Text.YOUR_REQUESTS: "Your requests",
                Text.NO_REQUESTS: "Nothing of yours is open, and nothing was closed in the last seven days.",
                Text.MORE_REQUESTS: "… and {count} more.",
                Text.HELP_REQUESTER: (
                    "Post in the channel what you need. I tell support at once, "
                    "and you see who has it and when you'll hear more."
                ),
                Text.HELP_REQUESTER_IF_MENTIONED: (
                    "Post in the channel what you need and mention me. "
                    "I tell support at once, and you see who has it and when you'll hear more."
                ),
                Text.HELP_COLLEAGUE: (
                    "I watch the channel, call whoever is on duty, and keep one card per request up to date."
                ),
                Text.SMALL_TALK: "Post in the channel what you need, or write help for everything I do.",
                Text.SMALL_TALK_IF_MENTIONED: (
                    "Post in the channel what you need and mention me, or write help for everything I do."
                ),
                Text.CALENDAR_NOT_READ: (
                    "I read no files. Write absence, and From a calendar… takes the address that your calendar offers "
                    "for subscribing; or type the days: absence 2026-12-21 2027-01-03."
                ),
                Text.ANSWERS_COUNT: " An answer to a request counts in its thread, or by its buttons.",
                Text.ANSWERS_COUNT_IF_MENTIONED: (
                    " An answer to a request counts in its thread if it mentions me, or by its buttons."
                ),
                Text.PRIVACY_TITLE: "What I keep",
                Text.PRIVACY_WHY: (
                    "Only what it takes for every request to be answered. I erase what is past its time every day. "
                    "Messages in Teams are the team's own and stay there."
                ),
                Text.PRIVACY_REQUESTS: "Requests, alerts and tickets",
                Text.PRIVACY_REQUESTS_KEPT: (
                    "What was asked, when, how it ended, and who asked, answered and closed it. {names} days "
                    "after closing the names go, after {texts} the texts. Of alerts, what Bugsnag says and who handled "
                    "or commented on them, in Slack and Bugsnag too, and of tickets, who had them made: for as long. "
                    "What a ticket says is kept until it is made."
                ),
                Text.PRIVACY_COMMONS: "Common requests",
                Text.PRIVACY_COMMONS_KEPT: (
                    "What is asked again and again, and the answer, with names and personal data masked, until the "
                    "team changes it; who wrote it down, for {names} days. Who proposed an edit of the handbook, until "
                    "they know what became of it."
                ),
                Text.PRIVACY_TEAM: "Backend team",
                Text.PRIVACY_TEAM_KEPT: (
                    "Name, e-mail, ids, working days, shifts, days served, and who changed the rota how. Of shifts and "
                    "changes names are kept for {months} months, of deployments for two weeks."
                ),
                Text.PRIVACY_AWAY: "Absences",
                Text.PRIVACY_AWAY_KEPT: "From when until when, never why. Erased {days} days after they end.",
                Text.PRIVACY_READERS: "Who reads it",
                Text.PRIVACY_READ_BY: (
                    "The backend team, and whoever runs this bot. Nobody's requests are counted or timed."
                ),
                Text.PRIVACY_ASK: "Ask",
                Text.PRIVACY_ASK_WHOM: "{who}. Write privacy me, and I send you what I hold about you.",
                Text.PRIVACY_ADMINS: "whoever runs this bot",
                Text.MY_TITLE: "What I hold about you",
                Text.MY_TEXT: "Only you get this. Write privacy to read for how long I keep it.",
                Text.MY_NAME: "Name",
                Text.MY_ID: "Entra id",
                Text.MY_EMAIL: "E-mail",
                Text.MY_SLACK: "Slack id",
                Text.MY_DAYS: "Working days",
                Text.MY_PRODUCTION: "Production access",
                Text.MY_EXPERIENCED: "Experienced",
                Text.MY_YES: "yes",
                Text.MY_NO: "no",
                Text.MY_DATES: "Joined / left",
                Text.MY_SHIFTS: "Shifts",
                Text.MY_ABSENCES: "Away",
                Text.MY_STANDING_IN: "Stand-ins",
                Text.MY_HOLIDAYS: "Public holidays of",
                Text.MY_OBSERVING: "Observing",
                Text.MY_WAIVED: "not needed",
                Text.MY_AGAIN: "another week",
                Text.MY_SERVED: "Days served, of days there",
                Text.MY_CHANGES: "Changes of the rota",
                Text.MY_REQUESTS: "You asked",
                Text.MY_PART: "You are named in",
                Text.MY_CALLED: "Called to help",
                Text.MY_ADVISED: "Asked to pass on",
                Text.MY_UNREACHABLE: "Not reached",
                Text.MY_NONE: "nothing",
                Text.MY_PAGE: "{title} · {number} of {count}",
                Text.MY_ADMIN: "Admin",
                Text.MY_TRAINING: "Training contact",
                Text.MY_CHAT: "Chose this desk",
                Text.MY_RAISED: "You raised",
                Text.MY_RAISED_FOR: "Raised for you",
                Text.MY_EARLY: "You also wrote",
                Text.MY_TICKETS: "Tickets of yours",
                Text.MY_COMMONS: "Common requests with you",
                Text.MY_EDITS: "Edits you proposed",
                Text.MY_STORMS: "Called about many errors at once",
                Text.MY_PAUSE: "You paused",
                Text.MY_PLANNING: "Under way in the rota",
                Text.MY_SETUP: "In the setup",
                Text.MY_MESSAGES: "I wrote to you of",
                Text.MY_MATTERS: "Its matter",
                Text.MY_REMARKS: "You were told",
                Text.MY_ANSWERED: "You answered",
                Text.MY_TAKEN: "You took",
                Text.MY_CLOSED: "You closed",
                Text.MY_QUESTIONS: "You asked back",
                Text.MY_ADVICE: "You told the team",
                Text.MY_LATEST: "You did last",
                Text.MY_TRIAGE: "You found out",
                Text.MY_RUNG: "You were called",
                Text.MY_HELPING: "You were asked",
                Text.MY_REACTED: "You reacted",
                Text.MY_HISTORY: "Besides",
                Text.MY_HISTORY_KEPT: (
                    "That you wrote or pressed something, when, and about which request; and how I reach your chat."
                ),
                Text.UNKNOWN_COMMAND: "I don't know that one. Try {near}, or help for everything I do.",
                Text.WHO_IS_ON_DUTY: "Who is on duty",
                Text.THIS_WEEK: "This week {who} answer here.",
                Text.THIS_WEEK_ONE: "This week {who} answers here.",
                Text.THIS_WEEK_ALSO: " On {days} {who} steps in.",
                Text.ON_DUTY: "On duty",
                Text.PRESENT: "Present",
                Text.FALLBACK: "Fallback",
                Text.OBSERVING: "Observing",
                Text.FROM: "From",
                Text.NEXT_HANDOVER: "Next handover",
                Text.THEN: "Then",
                Text.MENTION_MODE: "Mention mode",
                Text.MENTION_MODE_ON: (
                    "on, until I hear a post that does not mention me; until then a reply counts only with a mention, "
                    "too. If I hear none, a team owner adds the app again and consents to ChannelMessage.Read.Group"
                ),
                Text.NOT_REACHED: "Can't be reached",
                Text.NO_ENTRA_ID: "has no Entra id in the people list, so I can't recognise or reach them",
                Text.NOT_ANYBODY: "nobody",
                Text.NOT_SET: "nobody is set yet",
            }
        ),
        Language.GERMAN: MappingProxyType(
            {
                Text.OR: " oder ",
                Text.AND: " und ",
                Text.AND_ALSO: ", außerdem ",
                Text.WILL_ANSWER: " antwortet bis {by}.",
                Text.WILL_ANSWER_LATE: " antwortet.",
                Text.WILL_FOLLOW_UP: " meldet sich bis {by}.",
                Text.BACK: "Der Support ist wieder da: {at}.",
                Text.NOBODY: "Gerade hat niemand Dienst. Alle Anwesenden wissen Bescheid.",
                Text.NOBODY_HERE: "Gerade ist niemand vom Support da.",
                Text.NOBODY_BY: "Jemand meldet sich bis {by}.",
                Text.NO_ANSWER: "Noch keine Antwort.",
                Text.NO_FOLLOW_UP: "Noch keine Rückmeldung.",
                Text.CALLING_AGAIN: " Wir haken noch einmal nach.",
                Text.TEAM_CALLED: " Das ganze Team weiß Bescheid.",
                Text.WAS_DUE: "Eine Antwort war bis {by} fällig.",
                Text.LATE: " Sie ist seit {late} fällig.",
                Text.WAS_DUE_BY: " Sie war bis {by} fällig.",
                Text.CALLING: " Wir benachrichtigen ",
                Text.AGAIN: " noch einmal",
                Text.ALL_TOLD: " Alle Anwesenden wissen Bescheid.",
                Text.LOOKING: "{who} schaut es sich an.",
                Text.MORE_BY: "Bis {by} hörst du mehr.",
                Text.MORE_WAS_BY: "Bis {by} solltest du mehr hören.",
                Text.REMINDED: "{who} wurde erinnert.",
                Text.SOLVED: "Gelöst.",
                Text.CLOSED_BY: "{who}, {at}.",
                Text.WITHDRAWN: "Zurückgezogen.",
                Text.NOT_A_REQUEST: (
                    "Das ist nichts für den Support. Wenn dich etwas blockiert, melde dich einfach wieder."
                ),
                Text.CLAIM: "Ich schaue es mir an",
                Text.SOLVE: "Ist gelöst",
                Text.SUPPORT: "Support…",
                Text.REOPEN: "Nicht gelöst",
                Text.SEPARATE: "Eigenes Thema",
                Text.OPEN_THREAD: "Zum Thread",
                Text.ALSO: "Außerdem: {what}",
                Text.NO_TEXT: "(ohne Text: siehe Thread)",
                Text.FOLLOWS: "Wir sehen uns das zusammen mit einer anderen Anfrage an.",
                Text.ANSWER_THERE: "Die Antwort steht im anderen Thread.",
                Text.FOLLOWS_OWN: "Das gehört zu deinem anderen Beitrag.",
                Text.SAME_AS: "Das sehen wir uns gemeinsam an mit ",
                Text.IN_THE_HANDBOOK: "Das steht in unserem Handbuch: {title}",
                Text.ASKED_YOU: "{who} hat eine Frage an dich.",
                Text.ASKED_THERE: "{who} hat im anderen Thread etwas gefragt. Nach der Antwort geht es weiter.",
                Text.WAITS: "Sobald du hier antwortest, geht es weiter.",
                Text.WAITS_IF_MENTIONED: "Sobald du hier antwortest und mich erwähnst, geht es weiter.",
                Text.REMINDER: ", kannst du die Frage von {who} beantworten? Dann geht es weiter.",
                Text.REMINDER_IF_MENTIONED: (
                    ", kannst du die Frage von {who} beantworten und mich erwähnen? Dann geht es weiter."
                ),
                Text.NO_REPLY: "Geschlossen, weil nichts mehr kam. Schreib hier, wenn du es noch brauchst.",
                Text.NO_REPLY_IF_MENTIONED: (
                    "Geschlossen, weil nichts mehr kam. Schreib hier und erwähne mich, wenn du es noch brauchst."
                ),
                Text.WITH_DEVELOPERS: "An unser Entwicklungsteam weitergegeben, das sich darum kümmert.",
                Text.PASSED_ON: "Weitergegeben.",
                Text.FIND_IT_AS: "Dort findest du es unter {key}.",
                Text.TICKET_IS: "Bei unseren Entwicklern findest du es unter {key}.",
                Text.KEY_FOLLOWS: "Die Nummer dazu folgt hier.",
                Text.KEY_SOUGHT: "{who} findet die Nummer dazu noch heraus.",
                Text.TICKET_DONE: "Unsere Entwickler haben {key} erledigt.",
                Text.OPEN_TICKET: "Ticket öffnen",
                Text.ANSWERED: "Beantwortet.",
                Text.TAKEN_BACK: "{who} hat das zurückgenommen.",
                Text.TOO_LATE: "Das ist seit über einer Woche geschlossen. Bitte schreib einen neuen Beitrag.",
                Text.IS_WITHDRAWN: "Das wurde zurückgezogen. Bitte schreib einen neuen Beitrag.",
                Text.UNDO: "Zurücknehmen: {what}",
                Text.UNDONE: "Zurückgenommen.",
                Text.UNDO_TOO_LATE: (
                    "Das lässt sich nicht mehr zurücknehmen: Zehn Minuten sind um, oder es ist seitdem etwas geschehen."
                ),
                Text.OPEN_AGAIN: "Es ist wieder offen.",
                Text.OPEN_ALREADY: "Es ist schon offen.",
                Text.SEPARATED: "Es ist jetzt ein eigenes Thema.",
                Text.DONE: "Erledigt.",
                Text.BY_PHONE: "Wir haben telefoniert.",
                Text.SAYS: "{who}:",
                Text.QUESTIONS: _QUESTIONS_DE,
                Text.IS_ON_DUTY: "Das ist für den Support: {who} hat Dienst.",
                Text.ARE_ON_DUTY: "Das ist für den Support: {who} haben Dienst.",
                Text.HELP_THEM: " Wenn du die Antwort kennst, gib sie gern weiter.",
                Text.SUGGEST_IT: " Wenn du die Antwort kennst, schlag sie mit Support… vor.",
                Text.FOR_THE_TEAM: "Das ist für das Backend-Team; wer davon da ist, kann es übernehmen.",
                Text.MAY_CLOSE: "{requester} hat gefragt und kann das tun, außerdem {who}.",
                Text.THE_TEAM: "das Backend-Team",
                Text.UNKNOWN: "{id} kenne ich nicht. Vielleicht wurde es entfernt.",
                Text.ELSEWHERE: "Dieser Knopf gehört zu einer anderen Unterhaltung.",
                Text.FOR_ADMINS: "Das ist für die Admins: {who}.",
                Text.FOR_COLLEAGUES: "Das ist für das Backend-Team.",
                Text.ASK_YOUR_ADMIN: "wer den Bot eingerichtet hat",
                Text.PAUSED: "Pause",
                Text.UNTIL: "bis {at}",
                Text.UNTIL_RESUMED: "bis auf Weiteres",
                Text.SET_UP_BY_ADMINS: "Meine Admins können diesen Kanal einrichten. Bitte frag deine Teamleitung.",
                Text.NO_DESK_YET: "Ich bin noch in keinem Kanal. Los geht es mit @Hotseat setup: Das schreibt "
                "jemand von meinen Admins in den Kanal, in dem Fragen gestellt werden.",
                Text.DESK_HERE: "Support für diesen Kanal",
                Text.SETTING_UP: "Ich werde gerade eingerichtet. Danach bekommt hier jeder Beitrag eine Antwort.",
                Text.DESK_READY: "Schreib hier, was du brauchst, dann sieht es der Support sofort.",
                Text.DESK_READY_IF_MENTIONED: "Erwähne mich und schreib, was du brauchst: Der Support sieht es sofort.",
                Text.SET_UP: "Einrichten…",
                Text.STALE: "Dieser Knopf ist von einer älteren Karte. Bitte nimm die neueste im Thread.",
                Text.SHALL_I_RAISE: "Soll ich das an den Support weitergeben?",
                Text.RAISE: "An den Support weitergeben",
                Text.RAISE_FOR: "Ich schreibe es in den Kanal, unter dem Namen von {who}.",
                Text.RAISE_HERE: "Daraus wird eine Anfrage von {who}, im Thread der Nachricht.",
                Text.RAISE_NO_PICTURE: " Ein Bild kommt nicht mit: Häng es danach im Thread an.",
                Text.RAISE_IT: "Weitergeben",
                Text.RAISE_NOT: "Nein",
                Text.RAISE_WORDS: "So liest es der Support",
                Text.RAISE_WHERE: "Für wen ist es?",
                Text.RAISE_EMPTY: "Schreib in ein paar Worten, was du brauchst.",
                Text.RAISE_TOO_LONG: "Das ist zu lang für einen Beitrag. Bitte kürze es auf {most} Zeichen.",
                Text.STILL_OPEN: " Wie es um das steht, was noch offen ist, zeigt meine anfragen: {what}",
                Text.RAISE_GONE: "Der Beitrag wurde inzwischen gelöscht, also habe ich nichts weitergegeben.",
                Text.RAISING: "Ich gebe es in den Kanal weiter. Der Link kommt in einer eigenen Nachricht.",
                Text.RAISED: "Weitergegeben als {id}. Dort siehst du, wer antwortet und bis wann: ",
                Text.RAISED_IN_PAUSE: "Weitergegeben als {id}. Der Support pausiert. Wer antwortet, steht danach da: ",
                Text.SETUP_ELSEWHERE: "Die Einrichtung von {desk} geht in deinem eigenen Chat weiter.",
                Text.RAISED_FOR_YOU: "{by} hat deine Nachricht an den Support weitergegeben, als {id}: ",
                Text.RAISE_AFTER_ALL: "Du hattest Nein gesagt, also steht nichts im Kanal. Soll ich es weitergeben?",
                Text.RAISED_BEFORE: "Das wurde schon weitergegeben, als {id}.",
                Text.NOT_RAISED: (
                    "Das konnte ich nicht in den Kanal schreiben: Er ist gerade nicht erreichbar. "
                    "Deine Worte sind noch hier. Versuch es später noch einmal, oder sag es dem Backend-Team direkt."
                ),
                Text.NOTHING_RAISED: "In Ordnung, ich habe nichts geschrieben.",
                Text.NOWHERE_TO_RAISE: "Es gibt noch keinen Support-Kanal, in den ich das schreiben könnte.",
                Text.NOT_UNDERSTOOD: "Das habe ich nicht verstanden. Schließ das hier und öffne es noch einmal.",
                Text.NOWHERE_TO_SEARCH: "Für dich gibt es noch keinen Support-Kanal und darum kein Handbuch.",
                Text.HANDBOOK: "Handbuch",
                Text.HANDBOOK_SECTIONS: "{count} Abschnitte",
                Text.HANDBOOK_SECTION: "1 Abschnitt",
                Text.HANDBOOK_READ_TODAY: "gelesen heute um {at}",
                Text.HANDBOOK_READ: "gelesen {at}",
                Text.HANDBOOK_NOT_SINCE: "Seitdem konnte ich es nicht wieder lesen, vielleicht fehlt also etwas.",
                Text.HANDBOOK_NOT_SINCE_AS: "Seitdem nicht wieder gelesen: {why}",
                Text.HANDBOOK_NEVER_READ: "Ich konnte es noch nicht lesen und darum nicht darin suchen.",
                Text.HANDBOOK_NEVER_READ_AS: "Ich konnte es noch nicht lesen und darum nicht darin suchen: {why}",
                Text.HANDBOOK_EMPTY: "Es hat noch keine Abschnitte.",
                Text.HANDBOOK_ASK: "Schreib handbuch und wonach du suchst, etwa: handbuch Etikettendrucker",
                Text.HANDBOOK_OPEN: "Handbuch öffnen",
                Text.HANDBOOK_OPEN_SECTION: "Abschnitt öffnen",
                Text.HANDBOOK_FOR: "Handbuch: {words}",
                Text.HANDBOOK_UNSURE: "Vielleicht das",
                Text.HANDBOOK_NOTHING: "Dazu habe ich im Handbuch nichts gefunden.",
                Text.HANDBOOK_GONE: "Was ich gefunden hatte, steht nicht mehr im Handbuch. Such bitte noch einmal.",
                Text.HANDBOOK_FAILED: (
                    "Ich kann gerade nicht im Handbuch suchen. Versuch es gleich noch einmal, oder sieh selbst hinein."
                ),
                Text.HANDBOOK_FAILED_AS: "{why}. Versuch es gleich noch einmal, oder sieh selbst hinein.",
                Text.HANDBOOK_TOO_LONG: (
                    "Das ist zu lang, um danach zu suchen. Schreib die paar Wörter, auf die es ankommt, "
                    "höchstens {most} Zeichen."
                ),
                Text.HANDBOOK_ABSENT: "Hier gibt es noch kein Handbuch.",
                Text.HANDBOOK_SET: (
                    "Um eines zu nennen, setz HANDBOOK auf owner/repo/path@ref bei GitHub oder auf eine Datei, "
                    "oder schreib policy und gib seine Adresse bei GitHub an."
                ),
                Text.SAYS_THROUGH: "{who}, weitergegeben von {by}:",
                Text.YOUR_REQUESTS: "Deine Anfragen",
                Text.NO_REQUESTS: "Von dir ist nichts offen, und in den letzten sieben Tagen wurde nichts geschlossen.",
                Text.MORE_REQUESTS: "… und {count} weitere.",
                Text.HELP_REQUESTER: (
                    "Schreib in den Kanal, was du brauchst. Ich sage dem Support sofort Bescheid, "
                    "und du siehst, wer sich kümmert und wann du mehr hörst."
                ),
                Text.HELP_REQUESTER_IF_MENTIONED: (
                    "Erwähne mich im Kanal und schreib, was du brauchst. "
                    "Ich sage dem Support sofort Bescheid, und du siehst, wer sich kümmert und wann du mehr hörst."
                ),
                Text.HELP_COLLEAGUE: (
                    "Ich lese den Kanal mit, benachrichtige, wer Dienst hat, und halte zu jeder Anfrage eine Karte "
                    "aktuell."
                ),
                Text.SMALL_TALK: "Schreib in den Kanal, was du brauchst, oder hilfe für alles, was ich kann.",
                Text.SMALL_TALK_IF_MENTIONED: (
                    "Erwähne mich im Kanal und schreib, was du brauchst, oder schreib hilfe für alles, was ich kann."
                ),
                Text.CALENDAR_NOT_READ: (
                    "Dateien lese ich nicht. Schreib absence, und From a calendar… nimmt die Adresse, die dein "
                    "Kalender zum Abonnieren anbietet; oder schreib die Tage: absence 2026-12-21 2027-01-03."
                ),
                Text.ANSWERS_COUNT: " Eine Antwort auf eine Anfrage zählt in ihrem Thread oder über ihre Knöpfe.",
                Text.ANSWERS_COUNT_IF_MENTIONED: (
                    " Eine Antwort auf eine Anfrage zählt in ihrem Thread, "
                    "wenn sie mich erwähnt, oder über ihre Knöpfe."
                ),
                Text.PRIVACY_TITLE: "Was ich aufbewahre",
                Text.PRIVACY_WHY: (
                    "Nur, was nötig ist, damit jede Anfrage eine Antwort bekommt. Was abgelaufen ist, lösche ich "
                    "täglich. Nachrichten in Teams gehören dem Team und bleiben dort."
                ),
                Text.PRIVACY_REQUESTS: "Anfragen, Alerts und Tickets",
                Text.PRIVACY_REQUESTS_KEPT: (
                    "Was wann gefragt wurde, wie es ausging und wer gefragt, geantwortet und geschlossen "
                    "hat. {names} Tage nach dem Schließen verschwinden die Namen, nach {texts} die Texte. Von Alerts, "
                    "was Bugsnag meldet und wer sich gekümmert oder sie kommentiert hat, auch in Slack und Bugsnag, "
                    "und von Tickets, wer sie anlegen ließ: ebenso lange. Was in einem Ticket steht, bleibt hier, bis "
                    "es angelegt ist."
                ),
                Text.PRIVACY_COMMONS: "Häufige Anfragen",
                Text.PRIVACY_COMMONS_KEPT: (
                    "Was immer wieder gefragt wird und die Antwort, Namen und persönliche Daten unkenntlich, bis das "
                    "Team es ändert; wer es aufgeschrieben hat, {names} Tage lang. Wer eine Änderung am Handbuch "
                    "vorgeschlagen hat, bis er oder sie weiß, was daraus wurde."
                ),
                Text.PRIVACY_TEAM: "Backend-Team",
                Text.PRIVACY_TEAM_KEPT: (
                    "Name, E-Mail, Kennungen, Arbeitstage, Dienste, Tage im Dienst und wer den Dienstplan wie geändert "
                    "hat. Bei Diensten und Änderungen steht der Name {months} Monate lang, bei Deployments zwei Wochen."
                ),
                Text.PRIVACY_AWAY: "Abwesenheiten",
                Text.PRIVACY_AWAY_KEPT: "Von wann bis wann, nie warum. {days} Tage nach dem Ende gelöscht.",
                Text.PRIVACY_READERS: "Wer es liest",
                Text.PRIVACY_READ_BY: (
                    "Das Backend-Team und wer diesen Bot betreibt. "
                    "Bei niemandem werden Anfragen gezählt oder Zeiten gemessen."
                ),
                Text.PRIVACY_ASK: "Fragen an",
                Text.PRIVACY_ASK_WHOM: "{who}. Schreib datenschutz ich, dann schicke ich dir, was ich über dich habe.",
                Text.PRIVACY_ADMINS: "wer diesen Bot betreibt",
                Text.MY_TITLE: "Was ich über dich habe",
                Text.MY_TEXT: "Das bekommst nur du. Schreib datenschutz, um zu lesen, wie lange ich es aufbewahre.",
                Text.MY_NAME: "Name",
                Text.MY_ID: "Entra-Kennung",
                Text.MY_EMAIL: "E-Mail",
                Text.MY_SLACK: "Slack-Kennung",
                Text.MY_DAYS: "Arbeitstage",
                Text.MY_PRODUCTION: "Zugang zur Produktion",
                Text.MY_EXPERIENCED: "Erfahren",
                Text.MY_YES: "ja",
                Text.MY_NO: "nein",
                Text.MY_DATES: "Von / bis",
                Text.MY_SHIFTS: "Dienste",
                Text.MY_ABSENCES: "Abwesend",
                Text.MY_STANDING_IN: "Vertretungen",
                Text.MY_HOLIDAYS: "Feiertage von",
                Text.MY_OBSERVING: "Beobachtung",
                Text.MY_WAIVED: "nicht nötig",
                Text.MY_AGAIN: "noch eine Woche",
                Text.MY_SERVED: "Tage im Dienst, von Tagen da",
                Text.MY_CHANGES: "Änderungen am Dienstplan",
                Text.MY_REQUESTS: "Du hast gefragt",
                Text.MY_PART: "Genannt in",
                Text.MY_CALLED: "Um Hilfe gebeten",
                Text.MY_ADVISED: "Hinweis erhalten",
                Text.MY_UNREACHABLE: "Nicht erreicht",
                Text.MY_NONE: "nichts",
                Text.MY_PAGE: "{title} · {number} von {count}",
                Text.MY_ADMIN: "Admin",
                Text.MY_TRAINING: "Kontakt für Schulungen",
                Text.MY_CHAT: "Diesen Desk gewählt",
                Text.MY_RAISED: "Weitergegeben",
                Text.MY_RAISED_FOR: "Für dich weitergegeben",
                Text.MY_EARLY: "Du schriebst auch",
                Text.MY_TICKETS: "Tickets von dir",
                Text.MY_COMMONS: "Häufige Anfragen mit dir",
                Text.MY_EDITS: "Änderungen von dir",
                Text.MY_STORMS: "Wegen vieler Fehler zugleich benachrichtigt",
                Text.MY_PAUSE: "Du hast angehalten",
                Text.MY_PLANNING: "Im Dienstplan im Gange",
                Text.MY_SETUP: "In der Einrichtung",
                Text.MY_MESSAGES: "Ich schrieb dir zu",
                Text.MY_MATTERS: "Worum es geht",
                Text.MY_REMARKS: "Dir gesagt",
                Text.MY_ANSWERED: "Du hast geantwortet",
                Text.MY_TAKEN: "Du hast übernommen",
                Text.MY_CLOSED: "Du hast geschlossen",
                Text.MY_QUESTIONS: "Du hast nachgefragt",
                Text.MY_ADVICE: "Dem Team gesagt",
                Text.MY_LATEST: "Zuletzt getan",
                Text.MY_TRIAGE: "Du hast geklärt",
                Text.MY_RUNG: "Du wurdest benachrichtigt",
                Text.MY_HELPING: "Du wurdest gebeten",
                Text.MY_REACTED: "Du hast reagiert",
                Text.MY_HISTORY: "Außerdem",
                Text.MY_HISTORY_KEPT: (
                    "Dass du etwas geschrieben oder gedrückt hast, wann und zu welcher Anfrage; "
                    "und wie ich deinen Chat erreiche."
                ),
                Text.UNKNOWN_COMMAND: "Das kenne ich nicht. Versuch {near}, oder hilfe für alles, was ich kann.",
                Text.WHO_IS_ON_DUTY: "Wer Dienst hat",
                Text.THIS_WEEK: "Diese Woche antworten hier {who}.",
                Text.THIS_WEEK_ONE: "Diese Woche antwortet hier {who}.",
                Text.THIS_WEEK_ALSO: " Am {days} springt {who} ein.",
                Text.ON_DUTY: "Im Dienst",
                Text.PRESENT: "Anwesend",
                Text.FALLBACK: "Vertretung",
                Text.OBSERVING: "Liest mit",
                Text.FROM: "Ab",
                Text.NEXT_HANDOVER: "Nächster Wechsel",
                Text.THEN: "Danach",
                Text.MENTION_MODE: "Nur Erwähnungen",
                Text.MENTION_MODE_ON: (
                    "an, bis ich eine Nachricht höre, die mich nicht erwähnt; bis dahin zählt auch eine Antwort nur "
                    "mit Erwähnung. Höre ich keine, fügt ein Teambesitzer die App neu hinzu und stimmt "
                    "ChannelMessage.Read.Group zu"
                ),
                Text.NOT_REACHED: "Nicht erreichbar",
                Text.NO_ENTRA_ID: (
                    "hat keine Entra-Id in der Personenliste, darum kann ich sie weder erkennen noch erreichen"
                ),
                Text.NOT_ANYBODY: "niemand",
                Text.NOT_SET: "noch niemand eingeteilt",
            }
        ),
    }
)

IF_MENTIONED = MappingProxyType(
    {
        Text.DESK_READY: Text.DESK_READY_IF_MENTIONED,
        Text.WAITS: Text.WAITS_IF_MENTIONED,
        Text.REMINDER: Text.REMINDER_IF_MENTIONED,
        Text.NO_REPLY: Text.NO_REPLY_IF_MENTIONED,
        Text.HELP_REQUESTER: Text.HELP_REQUESTER_IF_MENTIONED,
        Text.SMALL_TALK: Text.SMALL_TALK_IF_MENTIONED,
        Text.ANSWERS_COUNT: Text.ANSWERS_COUNT_IF_MENTIONED,
    }
)
"""What is said in the place of a sentence while the bot hears only what mentions it."""

DEEDS = MappingProxyType(
    {
        "asked a question": "nachgefragt",
        "replied": "geantwortet",
        "answered by phone": "telefonisch geantwortet",
        "promised more": "eine Rückmeldung zugesagt",
        "suggested an answer": "eine Antwort vorgeschlagen",
        "closed it": "geschlossen",
        "split it": "aufgeteilt",
        "put ": "zusammengelegt",
        "said that it is not a request": "als keine Anfrage eingestuft",
        "said that it is not solved": "als nicht gelöst gemeldet",
        "said ": "etwas geklärt",
        "handed it on": "weitergegeben",
        "handed it over": "übergeben",
        "passed it on": "weitergegeben",
        "gave it back": "zurückgegeben",
        "asked the team": "das Team gefragt",
        "wrote": "geschrieben",
        "named the ticket": "das Ticket genannt",
        "had the ticket made": "das Ticket anlegen lassen",
        "adopted an answer": "eine Antwort übernommen",
        "needs more time": "um mehr Zeit gebeten",
        "took it": "übernommen",
        "took that back": "zurückgenommen",
        "made one incident of it": "zu einem Vorfall zusammengelegt",
        "made it a matter of its own": "als eigenes Thema abgetrennt",
    }
)
"""What somebody did, by how its English begins, which is what is kept: in German, for those whom it is told."""

REASONS = MappingProxyType(
    {
        "I am not installed there; install the app for the person": (
            "Ich bin dort nicht installiert; installiere die App für die Person"
        ),
        ", or add it to the team": " oder füge sie dem Team hinzu",
        "it is gone: the person, the channel or the message no longer exists": (
            "Person, Kanal oder Nachricht gibt es nicht mehr"
        ),
        "the message was too large for Teams": "Die Nachricht war für Teams zu groß",
        "Teams refused it": "Teams hat es abgelehnt",
        "I was removed there; install the app for the person again": (
            "Ich wurde dort entfernt; installiere die App für die Person neu"
        ),
    }
)
"""Why something could not be delivered, by its parts in English, which is what is kept: in German."""

DAYS = MappingProxyType(
    {
        Language.ENGLISH: ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
        Language.GERMAN: ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"),
    }
)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
