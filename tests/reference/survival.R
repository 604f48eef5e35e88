# Reference figures of R's survival package for tests/test_statistics.py. Run: Rscript tests/reference/survival.R <rossi.csv>
# Prints one figure a line: name, value. Its output is kept in survival.csv beside it.
library(survival)
say <- function(name, values) for (i in seq_along(values)) cat(sprintf("%s,%d,%.8f\n", name, i, values[i]))
rossi <- read.csv(commandArgs(TRUE)[1])

fit <- survfit(Surv(week, arrest) ~ 1, rossi, conf.type = "log-log")
at <- summary(fit, times = c(1, 10, 26, 40, 52))
say("rossi_survival", at$surv); say("rossi_lower", at$lower); say("rossi_upper", at$upper); say("rossi_at_risk", at$n.risk)
test <- survdiff(Surv(week, arrest) ~ fin, rossi)
say("rossi_log_rank", c(test$chisq, 1 - pchisq(test$chisq, 1)))
three <- survdiff(Surv(week, arrest) ~ cut(age, c(0, 20, 25, 100)), rossi)
say("rossi_log_rank_age", c(three$chisq, 1 - pchisq(three$chisq, 2)))
model <- coxph(Surv(week, arrest) ~ fin + age + race + wexp + mar + paro + prio, rossi, ties = "efron")
say("rossi_cox", coef(model)); say("rossi_cox_se", sqrt(diag(vcov(model)))); say("rossi_zph_p", cox.zph(model)$table[1:7, 3])

# Ties: everybody has an event on one of three days.
tied <- data.frame(t = c(1,1,1,2,2,2,3,3,3,3), e = c(1,1,0,1,1,0,1,0,0,0), x = c(0,1,1,0,0,1,1,0,1,1))
fit <- survfit(Surv(t, e) ~ 1, tied, conf.type = "log-log")
say("tied_survival", fit$surv); say("tied_lower", fit$lower); say("tied_upper", fit$upper)
say("tied_log_rank", survdiff(Surv(t, e) ~ x, tied)$chisq)
say("tied_cox", coef(coxph(Surv(t, e) ~ x, tied, ties = "efron")))

# Heavy censoring: forty people, two events.
heavy <- data.frame(t = 1:40, e = as.integer(1:40 %in% c(5, 20)))
fit <- survfit(Surv(t, e) ~ 1, heavy, conf.type = "log-log")
at <- summary(fit, times = c(4, 5, 20, 40))
say("heavy_survival", at$surv); say("heavy_lower", at$lower[2:4]); say("heavy_upper", at$upper[2:4])
