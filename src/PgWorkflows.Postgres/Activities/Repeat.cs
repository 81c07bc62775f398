using System.Globalization;
using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Values;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Postgres.Activities;

/// <summary>What is repeated; decides which override of the resource counts.</summary>
public enum RepeatedStep
{
    /// <summary>A query of the service's state: pollRepeats and pollInterval.</summary>
    ServiceState,

    /// <summary>Restore's deep check: checkRepeats and pollInterval.</summary>
    DeepCheck,
}

/// <summary>Counts the repeats of "wait 5 s and repeat, at most 12 times" (actions.md, decision 6); the waiting is a step of its own.</summary>
[Activity("PgWorkflows.Repeat", Category = PostgresActivities.Category, Outcomes = ["Again", "Exhausted"],
    Description = "Counts repeats: Again while there is one left, then Exhausted. A resource may override times and interval.")]
[Output("NextAttempt", typeof(int), "How many repeats are behind us, the one that starts now included.")]
[Output("Wait", typeof(TimeSpan), "The wait before the next repeat.")]
public sealed class Repeat(IResources resources) : Activity<Repeat.Inputs>
{
    private const int MostTimes = 10000;
    private static readonly TimeSpan LongestInterval = TimeSpan.FromHours(1);

    /// <summary>What it needs.</summary>
    public sealed record Inputs(
        [Input("The resource's name.")] string Resource,
        [Input("What is repeated: decides which settings of the resource override the two below.")] RepeatedStep What,
        [Input("How often it is repeated at most, 0 to 10000; the first try does not count.")] int Times,
        [Input("The wait between two tries, 00:00:00 to 01:00:00.")] TimeSpan Interval,
        [Input("How many repeats are behind us; connect it to the variable that takes this activity's output NextAttempt.")] int Attempt = 0);

    /// <inheritdoc/>
    public override ValueTask<ActivityResult> RunAsync(Inputs inputs, CancellationToken cancellationToken)
    {
        if (inputs.Times is < 0 or > MostTimes)
            throw new InputException("Times", $"is {inputs.Times}; give a number from 0 to {MostTimes}");
        if (inputs.Interval < TimeSpan.Zero || inputs.Interval > LongestInterval)
            throw new InputException("Interval", $"is {inputs.Interval}; give a duration from 00:00:00 to 01:00:00");
        if (inputs.Attempt < 0)
            throw new InputException("Attempt", $"is {inputs.Attempt}; a count starts at 0");

        var resource = resources.Get(inputs.Resource);
        var times = (inputs.What == RepeatedStep.DeepCheck ? resource.CheckRepeats : resource.PollRepeats) ?? inputs.Times;
        var interval = resource.PollInterval ?? inputs.Interval;
        var again = inputs.Attempt < times;
        var attempt = again ? inputs.Attempt + 1 : inputs.Attempt;
        var sentence = again
            ? string.Create(CultureInfo.InvariantCulture, $"attempt {attempt} of {times}, again in {interval.TotalSeconds:0.###} s")
            : string.Create(CultureInfo.InvariantCulture, $"all {times} repeats are used up");
        return ValueTask.FromResult<ActivityResult>(Completed(again ? "Again" : "Exhausted", sentence) with
        {
            Outputs = new Dictionary<string, object?> { ["NextAttempt"] = attempt, ["Wait"] = interval },
        });
    }
}
