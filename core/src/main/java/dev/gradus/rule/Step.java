package dev.gradus.rule;

import dev.gradus.expr.Clock;
import dev.gradus.expr.Condition;
import dev.gradus.expr.Expr;
import dev.gradus.expr.Expr.Hyper;
import dev.gradus.expr.Expr.Input;
import dev.gradus.expr.Expr.Noise;
import dev.gradus.expr.Expr.Reduction;
import dev.gradus.expr.Expr.Source;
import dev.gradus.expr.Expr.StepCount;
import dev.gradus.expr.Expr.Total;
import dev.gradus.expr.State.Scope;
import dev.gradus.tensor.Axes;
import dev.gradus.tensor.Shape;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// One symbolic step of one parameter: the parameter, the direction, and access to the states and hyperparameters of
/// the current link. Links receive a step and return a step. Immutable.
public final class Step {
    /// The name of the learning rate among the hyperparameters.
    public static final String LEARNING_RATE = "learning_rate";

    /// A link of the rule: equal links share what is reduced over all parameters.
    private record Link(String name, Rule rule) {}

    /// One place of a link in a rule; places are compared by identity.
    private static final class Place {
        final Link link;

        Place(Link link) {
            this.link = link;
        }
    }

    private final Trace trace;
    private final Place place;
    private final Clock clock;
    private final Expr before;
    private final Expr theta;
    private final @Nullable Expr subtracted;
    private final Expr direction;
    private final boolean scaled;
    private final boolean descended;

    /// @param subtracted what led from the parameter before the step to `theta`, or null where that is its
    ///     only description
    /// @param scaled whether the learning rate is part of the direction
    private Step(
            Trace trace,
            Place place,
            Clock clock,
            Expr before,
            Expr theta,
            @Nullable Expr subtracted,
            Expr direction,
            boolean scaled,
            boolean descended) {
        this.trace = trace;
        this.place = place;
        this.clock = clock;
        this.before = before;
        this.theta = theta;
        this.subtracted = subtracted;
        this.direction = direction;
        this.scaled = scaled;
        this.descended = descended;
    }

    static Step first(Trace trace, Rule rule) {
        Place place = new Place(new Link(rule.name(), rule));
        Expr before = trace.thetaBefore();
        return new Step(trace, place, Clock.OWN, before, before, Expr.ZERO, trace.gradient(), false, false);
    }

    /// The parameter's name. A rule that reads it is traced and lowered for each parameter separately; [#matches]
    /// and, for the number of axes, [#axes()] are cheaper.
    public String parameterName() {
        return trace.askName(place.link.name);
    }

    /// The parameter's shape. A rule that reads it is traced and lowered for each shape separately.
    public Shape shape() {
        return trace.askShape(place.link.name);
    }

    /// Whether the parameter matches a mask.
    public boolean matches(Mask mask) {
        return trace.ask(mask, place.link.name);
    }

    /// All axes of the parameter.
    public Axes axes() {
        return Axes.all(trace.shape().rank());
    }

    /// The axes that tell the units of a layer apart: the outermost one, along which rows are the weights of a unit,
    /// or none for a vector or a single number, which is one unit.
    public Axes units() {
        return axes().rank() < 2 ? Axes.HOST : new Axes(axes().rank(), 1);
    }

    /// The parameter after the links so far.
    public Expr theta() {
        return theta;
    }

    /// The parameter before the step.
    public Expr thetaBefore() {
        return before;
    }

    /// The parameter when it was added to the optimizer; for initial values of states.
    public Expr initialTheta() {
        return new Input(Source.INITIAL_THETA, axes());
    }

    /// The direction after the links so far; at first the gradient.
    public Expr direction() {
        return direction;
    }

    /// The gradient as the caller gave it.
    public Expr gradient() {
        return trace.gradient();
    }

    /// The step number t, 1 at the first step of the parameter, or of the clock that was chosen for this link.
    public Expr t() {
        return t(clock);
    }

    /// The step number by the given clock.
    public Expr t(Clock by) {
        return new StepCount(by);
    }

    public Clock clock() {
        return clock;
    }

    public Expr learningRate() {
        return new Hyper(LEARNING_RATE);
    }

    /// A hyperparameter of this link: an argument of every step, which a group may override and a schedule drive.
    ///
    /// @param name the record component's name in snake case, as in `beta1` or `weight_decay`
    /// @param value the default, for groups that do not override it; the same at every read
    /// @throws IllegalArgumentException if the value is out of the declared range, if it differs from the
    ///     value of an earlier read, or if the rule is a record that declares hyperparameters and none of its
    ///     components has the name
    public Expr hyper(String name, double value) {
        return trace.hyper(
                place, place.link.name, place.link.rule.getClass(), checked("a hyperparameter", name), value);
    }

    /// A state of this link with one value per element, zero at first.
    ///
    /// @throws IllegalArgumentException if the name is empty or contains `.`, `/` or blanks
    public StateRef state(String name) {
        return new StateRef(trace, place, stateName(name), axes(), Expr.ZERO);
    }

    /// A state of this link over some of the parameter's axes, zero at first.
    public StateRef state(String name, Axes axes) {
        return new StateRef(trace, place, stateName(name), axes, Expr.ZERO);
    }

    /// A state of this link with the given initial value and its axes; an initial host scalar fills all elements.
    public StateRef state(String name, Expr initial) {
        return new StateRef(trace, place, stateName(name), initial.isHost() ? axes() : initial.axes(), initial);
    }

    /// A state of this link with one number per parameter.
    public StateRef scalar(String name, Expr initial) {
        return new StateRef(trace, place, stateName(name), Axes.HOST, initial);
    }

    /// A state of this link with one number for all parameters that it applies to, in whichever group. Its new
    /// value may depend on totals, hyperparameters and other shared numbers only. A hyperparameter that it reads
    /// outside of a total must have one value in all groups, or they are refused; what a group contributes by a
    /// value of its own belongs into the total.
    ///
    /// @throws IllegalArgumentException where it is written, if its new value depends on a single parameter
    public StateRef shared(String name, Expr initial) {
        return new StateRef(trace, place, stateName(name), Axes.HOST, initial).sharedBy(place.link, Scope.LINK);
    }

    /// A state of this link with one number for each group, such as a sum over the group's learning rates. Else as
    /// [#shared].
    public StateRef perGroup(String name, Expr initial) {
        return new StateRef(trace, place, stateName(name), Axes.HOST, initial).sharedBy(place.link, Scope.GROUP);
    }

    /// A displacement of the parameter by events of this link, until its next step.
    ///
    /// @param origin the name of the state that holds the parameter's values before the event
    /// @param flag the name of the state that says whether the parameter is displaced
    /// @throws IllegalArgumentException if another link of the rule displaces the parameter, too
    public Displacement displacement(String origin, String flag) {
        StateRef values = state(origin, initialTheta()).weights();
        StateRef isDisplaced = scalar(flag, Expr.ZERO);
        trace.displacement(place.link.name, new Displacement.States(values.declare(), isDisplaced.declare()));
        return new Displacement(trace, this, values, isDisplaced);
    }

    /// Independent numbers of the standard normal distribution, one per element. They depend on the names of the
    /// parameter and of this link and on the parameter's own step count alone: they are the same on any machine,
    /// with any number of threads, and after a resume.
    public Expr noise() {
        return new Noise(qualified("noise"), axes());
    }

    /// The sum over all elements of all parameters that this link applies to and that have a gradient in this step.
    public Expr total(Expr x) {
        return totalOf(x.isHost() ? x : Expr.reduce(Reduction.SUM, x, Axes.HOST));
    }

    /// The sum of squares over all elements of all parameters that this link applies to and that have a gradient.
    public Expr totalOfSquares(Expr x) {
        return totalOf(Expr.reduce(Reduction.SUM_OF_SQUARES, x, Axes.HOST));
    }

    /// The largest element of all parameters that this link applies to and that have a gradient; NaN if any is.
    public Expr totalMaximum(Expr x) {
        return total(Reduction.MAX, Expr.reduce(Reduction.MAX, x, Axes.HOST));
    }

    private Expr totalOf(Expr perParameter) {
        return total(Reduction.SUM, perParameter);
    }

    private Expr total(Reduction reduction, Expr perParameter) {
        return new Total(place.link, trace.nextTotal(place), reduction, perParameter);
    }

    /// This step with another direction.
    ///
    /// @throws IllegalArgumentException if the direction has already been applied, so that another would do
    ///     nothing
    public Step direction(Expr newDirection) {
        if (descended) {
            throw new IllegalArgumentException(place.link.name
                    + ": it changes the direction, but a link before it has already applied that to the parameter;"
                    + " put it before");
        }
        return new Step(trace, place, clock, before, theta, subtracted, newDirection, scaled, false);
    }

    /// This step with a direction that the learning rate is part of, also for the links that follow: it is
    /// subtracted as it is.
    ///
    /// @throws IllegalArgumentException if it is part of the direction already, or that has been applied
    public Step scaledDirection(Expr newDirection) {
        if (scaled) {
            throw new IllegalArgumentException(place.link.name
                    + ": it makes the learning rate part of the direction, but a link before it has already done so");
        }
        Step changed = direction(newDirection);
        return new Step(trace, place, clock, before, theta, subtracted, changed.direction, true, false);
    }

    /// This step with another starting point, for rules that take gradients at one point and step from another.
    public Step startingAt(Expr start) {
        return new Step(trace, place, clock, start, start, Expr.ZERO, direction, scaled, false);
    }

    /// This step with another value of the parameter.
    public Step theta(Expr newTheta) {
        return new Step(trace, place, clock, before, newTheta, null, direction, scaled, descended);
    }

    /// This step with an amount subtracted from the parameter.
    public Step subtract(Expr amount) {
        Expr all = subtracted == null ? null : subtracted == Expr.ZERO ? amount : subtracted.plus(amount);
        return new Step(trace, place, clock, before, theta.minus(amount), all, direction, scaled, descended);
    }

    /// The amount that the links so far have subtracted from the parameter: θ before the step − θ now, but without
    /// the rounding of that difference if all links used [#subtract].
    public Expr subtracted() {
        return subtracted == null ? before.minus(theta) : subtracted;
    }

    /// Whether a link has already applied the direction to the parameter.
    public boolean descended() {
        return descended;
    }

    /// The step with the direction applied, θ ← θ − η u, or θ ← θ − u where η is part of u; unchanged where a
    /// link has done so.
    public Step descend() {
        if (descended) {
            return this;
        }
        Step done = subtract(scaled ? direction : learningRate().times(direction));
        return new Step(trace, place, clock, before, done.theta, done.subtracted, direction, scaled, true);
    }

    /// Skips the step unless the condition, which must be a host scalar's, holds: no parameter, no state and no step
    /// count changes, except for states marked with [StateRef#survivesSkip].
    public Step commitIf(Condition condition) {
        trace.commitIf(condition);
        return this;
    }

    /// The step after another rule.
    ///
    /// @throws IllegalArgumentException if the rule throws one; the message begins with the rule's name
    /// @throws IllegalStateException if the rule throws any other exception; the message begins with the
    ///     rule's name
    public Step then(Rule rule) {
        String event = trace.passingEvent();
        return then(rule, event == null ? rule::apply : s -> rule.passing(event, s));
    }

    private Step then(Rule rule, UnaryOperator<Step> how) {
        Step inside = within(rule);
        try {
            trace.called(inside.place.link.name, rule);
            return how.apply(inside).at(place);
        } catch (RuntimeException e) {
            throw trace.failed(inside.place.link.name, e);
        }
    }

    /// The step after another rule that changes the direction only.
    ///
    /// @throws IllegalArgumentException if that rule moves the parameter itself
    public Step directedBy(Rule rule) {
        Step done = then(rule);
        if (done.descended || done.theta != theta) {
            throw new IllegalArgumentException(place.link.name + ": it needs a rule that makes a direction, but "
                    + rule.name() + " moves the parameter itself");
        }
        return done;
    }

    /// The step after another rule's response to an event, or after the event has [passed][Rule#passing] a rule that
    /// does not react to it.
    public Step then(String event, Rule rule) {
        if (trace.passingEvent() != null) {
            return then(rule);
        }
        if (rule.events().contains(event)) {
            trace.guardEvent();
            return then(rule, s -> rule.on(event, s));
        }
        if (event.equals(Rule.EVALUATE) || event.equals(Rule.TRAIN)) {
            return this;
        }
        Step passed = trace.passing(event, () -> then(rule));
        return new Step(trace, place, clock, before, theta, subtracted, passed.direction, passed.scaled, descended);
    }

    /// This step with the given rule as the current link, which owns the states and hyperparameters that it reads.
    public Step within(Rule rule) {
        return at(new Place(new Link(Names.check("the name of a link", rule.name()), rule)));
    }

    /// This step with the given rule as the current link, under this link's name.
    Step as(Rule rule) {
        trace.called(place.link.name, rule);
        return at(new Place(new Link(place.link.name, rule)));
    }

    Step countingWith(Clock newClock) {
        return new Step(trace, place, newClock, before, theta, subtracted, direction, scaled, descended);
    }

    private Step at(Place newPlace) {
        return new Step(trace, newPlace, clock, before, theta, subtracted, direction, scaled, descended);
    }

    private String stateName(String name) {
        return qualified(checked("a state", name));
    }

    private String checked(String what, String name) {
        return Names.check(place.link.name + ": the name of " + what, name);
    }

    private String qualified(String name) {
        return place.link.name + "." + name;
    }
}
