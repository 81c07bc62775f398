using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Engine.Scheduling;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.Engine.Interpreting.Behaviors;

/// <summary>Waits for a span of time; the run is stored and rests meanwhile.</summary>
internal sealed class Delay : Behavior
{
    public override void Execute(Burst burst, ActivityContext self) => Due.Wait(burst, self, burst.Now + Due.SpanOf(self, "TimeSpan"));
}

/// <summary>Waits for a moment; one that has passed completes at once.</summary>
internal sealed class StartAt : Behavior
{
    public override void Execute(Burst burst, ActivityContext self)
    {
        if (self.Inputs.GetValueOrDefault("DateTime") is not DateTimeOffset moment)
            throw new InputException("DateTime", "has no value; give a moment such as 2026-03-01T09:00:00Z");
        if (burst.IsTrigger(self, out _) || moment <= burst.Now)
            burst.Complete(self);
        else
            Due.Wait(burst, self, moment);
    }
}

/// <summary>Starts runs again and again; in the middle of a run a delay.</summary>
internal sealed class Timer : Behavior
{
    public override void Execute(Burst burst, ActivityContext self)
    {
        if (burst.IsTrigger(self, out _))
            burst.Complete(self);
        else
            Due.Wait(burst, self, burst.Now + Due.SpanOf(self, "Interval"));
    }
}

/// <summary>Starts runs by a calendar; in the middle of a run it waits for the next moment.</summary>
internal sealed class Cron : Behavior
{
    public override void Execute(Burst burst, ActivityContext self)
    {
        if (burst.IsTrigger(self, out _))
        {
            burst.Complete(self);
            return;
        }

        var text = ValueConverter.ToText(self.Inputs.GetValueOrDefault("CronExpression"));
        var next = CronExpression.Parse(text).Next(burst.Now)
            ?? throw new InputException("CronExpression", $"never comes true again ('{text}'); give one such as 0 0 6 * * *, every day at six");
        Due.Wait(burst, self, next);
    }
}

internal static class Due
{
    public static TimeSpan SpanOf(ActivityContext self, string input)
    {
        var span = (TimeSpan)(self.Inputs.GetValueOrDefault(input) ?? TimeSpan.Zero);
        return span >= TimeSpan.Zero ? span : throw new InputException(input, $"is negative ({span}); give a span such as 00:00:05");
    }

    public static void Wait(Burst burst, ActivityContext self, DateTimeOffset moment) =>
        burst.Wait(self, new BookmarkRequest(self.Node.Type, new { ResumeAt = moment }) { DueAt = moment });
}
