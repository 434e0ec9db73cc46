"""The lessons on screen, in English and Korean: what each says and asks, and checks of answers.

A lesson is one TOML file beside this one, `NN-name.toml`, with both languages in it, so that they
can't drift apart. `reading.py` reads and checks it, `lesson.py` has what it holds, `quantities.py`
computes numbers of a network, and `answers.py` compares an answer with the network on screen.

    name = "hello"

    [title]
    en = "…"
    ko = "…"

    [page]                  # paragraphs, `code`, **bold**, blocks indented by four spaces
    en = \"\"\"…\"\"\"
    ko = \"\"\"…\"\"\"

    [network]               # the network beside the page
    reads = "hello"         # the text under the lens
    lens = "strips"         # strips, unit, influence, surprise, map, surgery or gradients
    recipe = "hello"        # a recipe to begin from: its fixed weights, or its settings
    corpus = "alphabet"     # what it learns: a text that ships with rnntui …
    text = \"\"\"…\"\"\"          # … or one of the lesson's own
    cell = "lstm"           # and any setting of `rnntui train`, named as in `run.toml`
    steps = 300

    [network.change]        # optional: a setting that a key sets to the next of these values
    setting = "cell"
    values = ["lstm", "rnn"]        # the first one is that above

A network is trained anew each time its lesson opens, on characters; `steps` should take a few
seconds. `val_fraction` is 0 and `engine` torch where the file says nothing else. A lesson on
classification has a character network whose text ends each line with its class, such as
`what a film +`: the prediction behind the last character of a sentence is then the class.

Each lesson has three `[[question]]`, one of each kind. All have `ask` and `explain` (`.en`, `.ko`),
and may have `hint`, said of a first wrong answer; it shouldn't give the answer away. Places,
layers and units count from 1, as on screen.

`kind = "key"`: press keys until the screen is in some state. `expect` is a table of what must
hold: `lens`, `place`, `character` (at the cursor), `layer`, `row` (a gate or state: `forget`, `h`),
`unit`, or `highest = QUANTITY` (the cursor is where that is highest in the text).

`kind = "number"`: type a number read off the screen. `quantity` names it; `place`, `layer`, `row`,
`unit`, `symbol` and `of` say which; `tolerance` is the largest error (0.01). The number itself is
never given: it is computed from the network.

`kind = "change"`: change something, and see what happens. `change` is what: `operation`, `text` or
`setting`; `quantity` (and its place …) what is measured before and after, and `expect` how the two
compare: `higher`, `lower` or `different`; `by = 2` asks for a factor. Where `change` is `text`,
`solution` is a text that does it; where it is `operation`, `layer` and `unit` name a unit which
does it when it is cut out. The pages in `docs/lessons` show the numbers of that answer.

In `explain`, `{answer}` stands for the number, and `{before}` and `{after}` for those of a change.
`measure` in `quantities.py` says what each quantity is.
"""
