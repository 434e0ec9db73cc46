"""`rnntui classify`: classification of labelled texts."""

import typer

from rnntui.cli import classify_eval, classify_predict, classify_stats, classify_train

app = typer.Typer(help="Classification of labelled texts.", no_args_is_help=True)
app.command("train")(classify_train.train)
app.command("predict")(classify_predict.predict)
app.command("eval")(classify_eval.evaluate)
app.command("stats")(classify_stats.stats)
