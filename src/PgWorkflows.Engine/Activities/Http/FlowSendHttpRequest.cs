using System.Text.Json;
using PgWorkflows.Engine.Values;

namespace PgWorkflows.Engine.Activities.Http;

/// <summary>Sends an HTTP request and completes with the status code's outcome and Done, as Elsa does: with both connected, both ways are gone.</summary>
[Activity("Elsa.FlowSendHttpRequest", Category = "HTTP", DisplayName = "Send HTTP request (flow)", Description = "Sends an HTTP request.", Kind = ActivityKind.Task, HasEffect = true,
    Outcomes = ["Unmatched status code", "Failed to connect", "Timeout", "Done"])]
[Output("Result", typeof(object), "The answer's body.")]
[Output("StatusCode", typeof(int), "The answer's status code.")]
[Output("ParsedContent", typeof(object), "The answer's body, as an object when it is JSON.")]
[Output("ResponseHeaders", typeof(object), "The answer's headers.")]
public sealed class FlowSendHttpRequest(IHttpSender sender) : IActivity
{
    private static readonly InputBinder<HttpRequestInputs> Binder = new();

    /// <inheritdoc/>
    public ActivityDescriptor Descriptor => field ??= Describe();

    /// <inheritdoc/>
    public async ValueTask<ActivityResult> RunAsync(ActivityCall call, CancellationToken cancellationToken)
    {
        var inputs = Binder.Bind(call.Inputs);
        var expected = ((List<JsonElement>?)ValueConverter.Convert(call.Inputs.GetValueOrDefault("ExpectedStatusCodes"), typeof(List<JsonElement>)) ?? [])
            .ConvertAll(code => code.ToString());
        var result = HttpExchangeResult.Of(inputs, await sender.SendAsync(inputs.ToMessage(), cancellationToken));
        if (result.Outcomes[0] != HttpExchangeResult.Answered)
            return result;

        var code = ValueConverter.ToText(result.Outputs["StatusCode"]);
        return result with { Outcomes = [expected.Contains(code) ? code : "Unmatched status code", "Done"] };
    }

    private static ActivityDescriptor Describe()
    {
        var descriptor = ActivityDescriptor.Of(typeof(FlowSendHttpRequest), typeof(HttpRequestInputs));
        return descriptor with
        {
            OutcomesFrom = "ExpectedStatusCodes",
            Inputs =
            [
                .. descriptor.Inputs,
                new("ExpectedStatusCodes", "List<Int32>", "multi-text", JsonSerializer.SerializeToElement(Default), false,
                    "Status codes with an outcome of their own.", null),
            ],
        };
    }

    private static readonly int[] Default = [200];
}
