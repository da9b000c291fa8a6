"""Experiments and the holdout: who is in which arm, and what an arm changed.

In: declared experiments, exposures and outcomes of the log. Out: arms for decisions, a plan, a report with its
intervals. By: assignment from the customer and the experiment alone, effects that may be looked at on any day.

=================== ==============================================
``experiments``     the list, one's report, started and stopped
``running``         which experiments run, and who is in which arm
``experiment_plan`` how long and how many, before it starts
``exposures``       who met which arm first
``outcomes``        what is measured of each exposed customer
``effects``         an experiment's reading as a document
``holdout``         what all personal treatment brings together
=================== ==============================================
"""
