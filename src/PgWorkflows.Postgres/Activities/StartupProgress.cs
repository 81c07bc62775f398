using System.Globalization;
using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Values;
using PgWorkflows.Postgres.Commands;
using PgWorkflows.Postgres.Resources;
using PgWorkflows.Postgres.ServiceControl;

namespace PgWorkflows.Postgres.Activities;

/// <summary>Decides whether waiting for a start goes on: as long as something moves. A recovery that is broken off begins anew.</summary>
[Activity("PgWorkflows.StartupProgress", Category = PostgresActivities.Category, DisplayName = "Start-up progress", Outcomes = ["Progress", "Stalled"],
    Description = "Looks for signs that a server's start moves on (its start-up process, control file, log). Stalled when none has changed for the resource's pollRepeats times pollInterval.")]
[Output("Signs", typeof(string), "What was seen and when it changed last; give it back as the input Before.")]
[Output("Wait", typeof(TimeSpan), "The wait before the next look: short at first, then the resource's pollInterval.")]
[Output("Evidence", typeof(CommandEvidence), "What the start-up process says it does.")]
public sealed class StartupProgress(IResources resources, TimeProvider time) : Activity<StartupProgress.Inputs>
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    /// <summary>What it needs.</summary>
    public sealed record Inputs(
        [Input("The resource's name.")] string Resource,
        [Input("The output Signs of the look before; empty at the first.")] string? Before = null,
        [Input("How many waits without any change are enough; the resource's pollRepeats overrides it.")] int Times = 12,
        [Input("The longest wait between two looks, 00:00:00 to 01:00:00; the resource's pollInterval overrides it.")] TimeSpan? Interval = null,
        [Input("How long a start may take however much it moves, to 1.00:00:00.")] TimeSpan? Limit = null);

    /// <inheritdoc/>
    public override ValueTask<ActivityResult> RunAsync(Inputs inputs, CancellationToken cancellationToken)
    {
        var limit = inputs.Limit ?? Longest;
        if (inputs.Times is < 0 or > 10000)
            throw new InputException("Times", $"is {inputs.Times}; give a number from 0 to 10000");
        if (inputs.Interval is { } given && (given < TimeSpan.Zero || given > TimeSpan.FromHours(1)))
            throw new InputException("Interval", $"is {given}; give a duration from 00:00:00 to 01:00:00");
        if (limit <= TimeSpan.Zero || limit > Longest)
            throw new InputException("Limit", $"is {limit}; give a duration of at most 1.00:00:00");

        var resource = resources.Get(inputs.Resource);
        var interval = resource.PollInterval ?? inputs.Interval ?? TimeSpan.FromSeconds(5);
        var patience = interval * (resource.PollRepeats ?? inputs.Times);
        var now = time.GetUtcNow();
        var evidence = StartupEvidence.Of(resource);
        var look = Look.After(inputs.Before, evidence.Signs, now, FirstWait < interval ? FirstWait : interval, interval);

        var goesOn = now - look.Changed < patience && now - look.Began < limit;
        var words = string.Create(CultureInfo.InvariantCulture,
            $"{evidence.Doing ?? "no start-up process is to be seen"}; {(now - look.Began).TotalSeconds:0.#} s so far, the last change {(now - look.Changed).TotalSeconds:0.#} s ago");
        return ValueTask.FromResult<ActivityResult>(Completed(goesOn ? "Progress" : "Stalled", $"{resource.Name}: {words}") with
        {
            Outputs = new Dictionary<string, object?>
            {
                ["Signs"] = look.ToString(), ["Wait"] = look.Wait, ["Evidence"] = new CommandEvidence("start-up progress", null, OutputText.OneLine(words)),
            },
        });
    }

    /// <summary>What one look hands to the next one: through a variable of the workflow, so it survives us.</summary>
    private sealed record Look(DateTimeOffset Began, DateTimeOffset Changed, TimeSpan Wait, string Signs)
    {
        public static Look After(string? before, string signs, DateTimeOffset now, TimeSpan first, TimeSpan longest)
        {
            if (Parse(before) is not { } last)
                return new(now, now, first, signs);
            var next = last.Wait * 2;
            return new(last.Began, last.Signs == signs ? last.Changed : now, next < longest ? next : longest, signs);
        }

        public override string ToString() =>
            string.Create(CultureInfo.InvariantCulture, $"{Began.UtcTicks}|{Changed.UtcTicks}|{Wait.Ticks}|{Signs}");

        private static Look? Parse(string? text) => text?.Split('|', 4) is [var began, var changed, var wait, var signs]
            && Ticks(began) is { } b && Ticks(changed) is { } c && Ticks(wait) is { } w && w <= TimeSpan.FromHours(1).Ticks
                ? new(new(b, TimeSpan.Zero), new(c, TimeSpan.Zero), new(w), signs)
                : null;

        private static long? Ticks(string text) =>
            long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) && ticks <= DateTimeOffset.MaxValue.UtcTicks ? ticks : null;
    }
}
