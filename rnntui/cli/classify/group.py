"""`rnntui classify`: classification of labelled texts."""

import typer

from rnntui.cli.classify import evaluate, predict, stats, train

app = typer.Typer(help="Classification of labelled texts.", no_args_is_help=True)
app.command("train")(train.train)
app.command("predict")(predict.predict)
app.command("eval")(evaluate.evaluate)
app.command("stats")(stats.stats)
